// AST -> checked model: names, arguments, shapes, sizes, then what sparsity and training say about them. All
// faults are reported at once; what depends on something faulty is silent.

import type { Diagnostic } from '../base/diagnostic.ts';
import { cappedOfSource } from '../base/diagnostic-list.ts';
import type { Source, Span } from '../base/span.ts';
import type { Model } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { NetworkDeclaration, SourceFile } from '../syntax/ast.ts';
import { budget } from './elaborate/budget.ts';
import { chooseSparsity } from './sparsity/choose-sparsity.ts';
import { nameDiagnostics } from './diagnostics.ts';
import { elaborate, elaborateAlone } from './elaborate/elaborate.ts';
import type { Tools } from './elaborate/elaborate.ts';
import { faultList } from './fault-list.ts';
import { warnOfHiding } from './program/hidden-names.ts';
import { lookUpUnreached } from './elaborate/unreached.ts';
import { linkFiles } from './program/link.ts';
import { buildNetwork } from './network/network.ts';
import { settleBlocks } from './program/settle-blocks.ts';
import { checkBatches } from './network/size.ts';
import { checkSparsity } from './sparsity/sparsity.ts';
import { checkStatistics } from './network/statistics.ts';
import { symbolTable } from './program/symbols.ts';
import type { SourceSymbol } from './program/symbols.ts';
import { taskOfBlock } from './train/task.ts';
import { checkTrain } from './train/train.ts';
import { unusedBlocks, warnOfUnusedImports } from './program/unused.ts';

export interface Checked {
  /** Absent if any diagnostic is an error. */
  readonly model?: Model;
  /** Of the main file first, in the order of their places. */
  readonly diagnostics: readonly Diagnostic[];
  /** Likewise. */
  readonly symbols: readonly SourceSymbol[];
}

export interface CheckRequest {
  /** What the file imports, directly or not, by path from its folder, with `/`. None unless given. */
  readonly imported?: ReadonlyMap<string, SourceFile> | undefined;
  /** The name of the `sparsity` block that counts. The one that there is, unless given, or the one without a name. */
  readonly sparsity?: string | undefined;
  /** Of several blocks with names none need be chosen: the model has no penalties then, but all blocks are checked. */
  readonly undecided?: boolean | undefined;
}

/** @param file A file without syntax errors. */
export function check(file: SourceFile, ops: OpRegistry, { imported = new Map(), sparsity: wanted, undecided = false }: CheckRequest = {}): Checked {
  const list = faultList();
  const { report } = list;
  const tools: Tools = { ops, symbols: symbolTable(), budget: budget(), list, lookedUp: new Set() };
  const { declarations } = file;
  const declaration = declarations.find((each) => each.kind === 'network');
  const trainDeclaration = declarations.find((each) => each.kind === 'train');

  const { main, files } = linkFiles({ main: file, imported }, { layers: placesOf(declaration), symbols: tools.symbols, lookedUp: tools.lookedUp, spend: tools.budget.spend, report });
  settleBlocks(files.flatMap(({ blocks }) => blocks), ops, report);
  for (const each of files) {
    warnOfHiding(each, ops, report);
    warnOfUnusedImports(each, report);
  }
  if (!declaration) {
    const help = main.blocks.length > 0 ? 'a file of blocks is checked with one that imports them' : 'for example `network Net(image: tensor[1, 28, 28]) { ... }`';
    report(nameDiagnostics['no-network']({ span: { ...file.span, start: file.span.end }, args: [], help }));
  }
  elaborateAlone(declaration ? unusedBlocks(declaration, main, report) : main.blocks, tools);

  const { constants } = main;
  const elaborated = declaration && elaborate(declaration, main, tools);
  const checked = declaration && elaborated && buildNetwork(declaration, elaborated, trainDeclaration && taskOfBlock(trainDeclaration), ops, list);
  const chosen = chooseSparsity(file, wanted, undecided, report);
  const blocks = declarations.filter((each) => each.kind === 'sparsity');
  const penalties = checked && blocks.map((block) => checkSparsity(block, checked, constants, ops, report));
  const sparsity = chosen ? penalties?.[blocks.indexOf(chosen)] : checked && checkSparsity(undefined, checked, constants, ops, report);
  // Where none is chosen of several, any of them may be meant.
  const penalized = (chosen ? [chosen] : blocks).some(({ statements }) => statements.some(({ kind }) => kind !== 'setting'));
  const train = trainDeclaration && checkTrain(trainDeclaration, { network: checked?.network, penalized, rounds: sparsity?.methodSettings['rounds'] ?? 1 }, constants, report);

  for (const each of files) lookUpUnreached(each, tools);

  if (checked?.network && train) {
    checkBatches(checked.network.graph, train, report);
    checkStatistics(checked.network.graph, train, trainDeclaration, ops, report);
  }

  const sources = { main: file.source, imported: new Map([...imported].map(([path, { source }]) => [path, source])) };
  const places = [file.source, ...sources.imported.values()];
  const inOrder = list.faults().toSorted((a, b) => orderOf(a, places) - orderOf(b, places) || (a.span?.start ?? 0) - (b.span?.start ?? 0));
  const diagnostics = cappedOfSource(inOrder, (hidden, severity) => nameDiagnostics['too-many']({ args: [hidden], severity }));
  const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  const answer = { diagnostics, symbols: tools.symbols.list(checked?.shapeOf, places) };
  if (failed || !checked?.network || !sparsity) return answer;
  return { ...answer, model: { sources, network: checked.network, ...sparsity, ...(chosen?.name && { sparsity: chosen.name.text }), ...(train && { train }) } };
}

/** Places of the names that a network defines. */
function placesOf(declaration: NetworkDeclaration | undefined): ReadonlyMap<string, Span> {
  const assigned = (declaration?.statements ?? []).filter((statement) => statement.kind === 'assignment');
  return new Map([...(declaration?.inputs ?? []), ...assigned].map(({ name }) => [name.text, name.span]));
}

function orderOf({ span }: Diagnostic, sources: readonly Source[]): number {
  return span ? sources.indexOf(span.source) : 0;
}
