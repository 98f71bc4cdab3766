// Calls in branches that no use takes: nothing there takes place, but an operation that is none is no less wrong.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { CallExpression, Declaration } from '../../syntax/ast.ts';
import { nameDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { callableNamed, callableNames } from './callable.ts';
import type { FileScope } from './file-scope.ts';
import { callsWithin } from './walk.ts';

/** Reports the unknown operations of a file that have not been told, as those are that took place. */
export function checkUntakenCalls({ file, names }: FileScope, ops: OpRegistry, told: readonly Diagnostic[], report: Report): void {
  const places = new Set(told.map(({ span }) => span && placeOf(span)));
  for (const { callee: { text, span } } of file.declarations.flatMap(callsOf)) {
    // What could not be imported has been told, by its import.
    if (callableNamed(text, ops) || ['block', 'unknown'].includes(names.get(text)?.kind ?? '') || places.has(placeOf(span))) continue;
    report(nameDiagnostics['unknown-op']({ span, args: [text], help: adviceOn(text, names, ops, report) }));
  }
}

/** Operations and blocks that an unknown name may stand for. */
export function adviceOn(name: string, names: FileScope['names'], ops: OpRegistry, report: Report): string | undefined {
  const blocks = [...names].flatMap(([known, { kind }]) => (kind === 'block' ? [known] : []));
  return report.advice.on('operation', name, [...callableNames(ops), ...blocks]);
}

function callsOf(declaration: Declaration): readonly CallExpression[] {
  if (declaration.kind !== 'block' && declaration.kind !== 'network') return [];
  return declaration.statements.flatMap((statement) => (statement.kind === 'labels' ? [] : callsWithin(statement.value)));
}

function placeOf({ source, start, end }: NonNullable<Diagnostic['span']>): string {
  return `${source.name}:${start}-${end}`;
}
