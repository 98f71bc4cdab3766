// Blocks and imports that nobody uses.

import { penaltyValues, statementValues } from '../../syntax/ast.ts';
import type { Declaration, Expression, NetworkDeclaration } from '../../syntax/ast.ts';
import { blockNamed } from './block.ts';
import type { Block } from './block.ts';
import { blockDiagnostics, importDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { FileScope } from './file-scope.ts';
import { usesOf } from './settle-blocks.ts';
import { allWithin, callsWithin } from './walk.ts';

/** The blocks of a file that its network does not come to, with a warning for each. */
export function unusedBlocks(network: NetworkDeclaration, file: FileScope, report: Report): readonly Block[] {
  const called = network.statements.flatMap(statementValues).flatMap(callsWithin);
  const reached = new Set(called.flatMap(({ callee }) => blockNamed(callee.text, file) ?? []));
  // A set is iterated up to its end, also where that moves meanwhile.
  for (const block of reached) for (const use of usesOf(block)) reached.add(use.block);
  const unused = file.blocks.filter((block) => !reached.has(block));
  for (const { declaration: { name: { text, span } } } of unused) report(blockDiagnostics.unused({ span, args: [text], severity: 'warning' }));
  return unused;
}

export function warnOfUnusedImports({ file, names }: FileScope, report: Report): void {
  const read = new Set<string>();
  for (const declaration of file.declarations) {
    for (const expression of expressionsOf(declaration).flatMap(allWithin)) {
      if (expression.kind === 'name') read.add(expression.text);
      if (expression.kind === 'call') read.add(expression.callee.text);
    }
  }
  for (const { text, span } of file.imports.flatMap((declaration) => declaration.names)) {
    const found = names.get(text);
    // What has been reported may have been meant otherwise.
    if (!read.has(text) && found?.span === span && found.kind !== 'unknown') report(importDiagnostics.unused({ span, args: [text], severity: 'warning' }));
  }
}

function expressionsOf(declaration: Declaration): readonly Expression[] {
  switch (declaration.kind) {
    case 'const':
      return [declaration.value];
    case 'block':
      return [...declaration.parameters.flatMap((parameter) => parameter.default ?? []), ...declaration.statements.map(({ value }) => value)];
    case 'network':
      return [...declaration.inputs.flatMap(({ type }) => type.extents), ...declaration.statements.flatMap(statementValues)];
    case 'sparsity':
      return declaration.statements.flatMap((statement) => {
        if (statement.kind === 'setting') return [statement.value];
        if (statement.kind === 'total') return [statement.amount.value];
        const given = statement.structures.flatMap((structure) => structure.arguments.map(({ value }) => value));
        return [...given, ...statement.layers.flatMap(({ multiplier }) => multiplier ?? []), ...penaltyValues(statement)];
      });
    case 'train':
      return declaration.entries.flatMap((entry) => (entry.kind === 'setting' ? [entry.value] : entry.settings.map(({ value }) => value)));
  }
}
