// AST -> checked model: names, arguments, shapes, sizes, then what sparsity and training say about them. All
// faults are reported at once; what depends on something faulty is silent.

import type { Diagnostic } from '../base/diagnostic.ts';
import { cappedOfSource } from '../base/diagnostic-list.ts';
import type { Model } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { SourceFile } from '../syntax/ast.ts';
import { advice } from './advice.ts';
import { constantScope } from './constants.ts';
import { nameDiagnostics, reportTo } from './diagnostics.ts';
import { elaborate } from './elaborate.ts';
import { buildNetwork } from './network.ts';
import { checkBatches } from './size.ts';
import { checkSparsity } from './sparsity.ts';
import { checkStatistics } from './statistics.ts';
import { symbolTable } from './symbols.ts';
import type { SourceSymbol } from './symbols.ts';
import { checkTrain } from './train.ts';
import { unbuiltForms } from './unbuilt.ts';

export interface Checked {
  /** Absent if any diagnostic is an error. */
  readonly model?: Model;
  /** In the order of their places. */
  readonly diagnostics: readonly Diagnostic[];
  /** In the order of their places. */
  readonly symbols: readonly SourceSymbol[];
}

/** @param file A file without syntax errors. */
export function check(file: SourceFile, ops: OpRegistry): Checked {
  const unbuilt = unbuiltForms(file);
  if (unbuilt.length > 0) return { diagnostics: unbuilt, symbols: [] };
  const found: Diagnostic[] = [];
  const report = reportTo((diagnostic) => found.push(diagnostic), advice());
  const { declarations } = file;
  const declaration = declarations.find((each) => each.kind === 'network');
  const sparsityDeclaration = declarations.find((each) => each.kind === 'sparsity');
  const trainDeclaration = declarations.find((each) => each.kind === 'train');

  const defined = [...(declaration?.inputs ?? []), ...(declaration?.statements ?? []).filter((statement) => statement.kind === 'assignment')];
  const symbols = symbolTable();
  const places = new Map(defined.map(({ name }) => [name.text, name.span]));
  const constants = constantScope(declarations.filter((each) => each.kind === 'const'), places, symbols, report);
  if (!declaration) report(nameDiagnostics['no-network']({ span: { ...file.span, start: file.span.end }, args: [], help: 'for example `network Net(image: tensor[1, 28, 28]) { ... }`' }));

  const elaborated = declaration && elaborate(declaration, constants, symbols, ops, report);
  const checked = declaration && elaborated && buildNetwork(declaration, elaborated, ops, report);
  const sparsity = checked && checkSparsity(sparsityDeclaration, checked, constants, ops, report);
  const penalized = (sparsityDeclaration?.statements ?? []).some((statement) => statement.kind === 'lasso');
  const train = trainDeclaration && checkTrain(trainDeclaration, penalized, constants, report);

  if (checked?.network && train) {
    checkBatches(checked.network.graph, train, report);
    checkStatistics(checked.network.graph, train, trainDeclaration, ops, report);
  }

  const inOrder = found.toSorted((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
  const diagnostics = cappedOfSource(inOrder, (hidden, severity) => nameDiagnostics['too-many']({ args: [hidden], severity }));
  const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  const answer = { diagnostics, symbols: symbols.list(checked?.shapeOf) };
  if (failed || !checked?.network || !sparsity) return answer;
  const sources = { main: file.source, imported: new Map() };
  return { ...answer, model: { sources, network: checked.network, ...sparsity, ...(train && { train }) } };
}
