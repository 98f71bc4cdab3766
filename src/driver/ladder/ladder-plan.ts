// The runs of a granularity ladder (Mao et al., 2017): a file's network and training, with its penalties replaced by
// magnitude pruning of all convolutions, at one grain and to one share of their weights each.
//
//   sparsity { lasso filters of conv1, conv2 strength 0.01 }
//
//   sparsity {
//     rounds = 3
//     magnitude vectors of conv1, conv2
//     keep 30% of conv_weights
//   }

import { fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { nodeMap } from '../../ir/graph.ts';
import type { Model } from '../../ir/network.ts';
import { phaseTraits } from '../../ir/phase.ts';
import { isConvolution, structureNamed } from '../../ir/structure.ts';
import type { StructureKind } from '../../ir/structure.ts';
import { ops } from '../../ops/index.ts';
import { weightAxesOf } from '../../sparsity/weight-axes.ts';
import { pruningLadder } from '../../sparsity/granularity/ladder.ts';
import type { SourceFile } from '../../syntax/ast.ts';
import { parse } from '../../syntax/parse.ts';
import { magnitude } from '../../train/methods/magnitude.ts';
import { checkFile, loadSource } from '../model/source.ts';
import { checkInteger, findNamed, largestSeed } from '../request.ts';
import { trainSpecOf } from '../run/train.ts';
import { editedProgram, editOf, seedName } from '../sweep/combinations.ts';
import type { Edit } from '../sweep/combinations.ts';
import type { NamedProgram } from '../sweep/sweep-plan.ts';
import { refuseEqual } from '../sweep/values.ts';
import { ladderDiagnostics } from './diagnostics.ts';

export interface LadderRequest {
  /** An .ssl file with a `train` block. Which of its `sparsity` blocks would count does not matter. */
  readonly file: string;
  /** All four unless given. */
  readonly grains?: readonly string[] | undefined;
  /** Per cent of the weights of the convolutions: what is left of them, zeros not counted. {@link usualKeep} unless given. */
  readonly keep?: readonly number[] | undefined;
  /** That of the file unless given. */
  readonly seeds?: readonly number[] | undefined;
  /** In how many rounds the weights go, with equal parts of `sparsify` between them: {@link usualRounds} unless given, or one an epoch of a phase that has fewer. */
  readonly rounds?: number | undefined;
}

export const usualKeep: readonly number[] = [60, 40, 30, 20, 10];
export const usualRounds = 3;
/** More are a slip of the pen. */
export const mostRounds = 1000;
const mostRuns = 1000;

/** One run of the ladder. */
export interface Rung {
  readonly grain: StructureKind;
  readonly keep: number;
  readonly seed: number;
}

export interface LadderPlan {
  readonly grains: readonly StructureKind[];
  readonly keep: readonly number[];
  readonly seeds: readonly number[];
  readonly rounds: number;
  /** The convolutions, in the order of the network. */
  readonly layers: readonly string[];
  /** Seed by seed, so that a ladder that is stopped has the first ones whole. */
  readonly rungs: readonly (Rung & { readonly program: NamedProgram })[];
  /** Of the file as it is written. */
  readonly warnings: readonly Diagnostic[];
}

/** @throws DiagnosticError `ladder/*`, `request/*`, `sweep/equal` and those of the file */
export function planLadder({ file, grains: named = pruningLadder.map(({ name }) => name), keep = usualKeep, seeds: given, rounds: wanted }: LadderRequest): LadderPlan {
  const grains = named.map((name) => findNamed('grain', name, pruningLadder).name);
  checkLists(named, keep, given);
  if (wanted !== undefined) checkInteger('rounds', wanted, mostRounds);
  const { model, warnings } = checkFile(file, ops, { undecided: true });
  const { phases, seed: usualSeed } = trainSpecOf(model);
  const layers = convolutionsOf(model);
  if (layers.length === 0) fail(ladderDiagnostics['no-convolutions']({ args: [file], help: 'of a dense layer, compare budgets of its elements and its neurons in a sweep' }));
  const pruning = phases.find(({ kind }) => phaseTraits[kind].penalizes) ?? fail(ladderDiagnostics['no-sparsify']({ args: [file], help: 'add `sparsify { epochs = 3 }`, and `finetune { epochs = 3 }`, which trains what is left' }));
  const rounds = wanted ?? Math.min(usualRounds, pruning.epochs);
  const seeds = given ?? [usualSeed];
  const count = seeds.length * keep.length * grains.length;
  if (count > mostRuns) fail(ladderDiagnostics.many({ args: [count, mostRuns], help: 'name fewer seeds or shares' }));
  const { file: tree } = parse(loadSource(file));
  const rungs = seeds.flatMap((seed) => keep.flatMap((share) => grains.map((grain): Rung => ({ grain, keep: share, seed }))));
  return { grains, keep, seeds, rounds, layers, warnings, rungs: rungs.map((rung) => ({ ...rung, program: programOf(tree, rung, layers, rounds) })) };
}

function checkLists(grains: readonly string[], keep: readonly number[], seeds: readonly number[] | undefined): void {
  for (const [what, { length }] of Object.entries({ grains, 'shares to keep': keep, seeds: seeds ?? [1] })) if (length === 0) fail(ladderDiagnostics.none({ args: [what] }));
  refuseEqual('grains', grains);
  refuseEqual('keep', keep);
  refuseEqual(seedName, seeds ?? []);
  for (const share of keep) if (!(share > 0 && share < 100)) fail(ladderDiagnostics.keep({ args: [share], help: 'the dense network is trained anyway, as baseline and control' }));
  for (const seed of seeds ?? []) checkInteger(seedName, seed, largestSeed, 0);
}

function convolutionsOf({ network }: Model): readonly string[] {
  const nodes = nodeMap(network.graph);
  return network.graph.nodes.flatMap((node) => {
    const axes = weightAxesOf(node, nodes, ops);
    return axes && isConvolution(axes) ? [present(node.layer, 'layer of weights')] : [];
  });
}

function programOf(tree: SourceFile, rung: Rung, layers: readonly string[], rounds: number): NamedProgram {
  const { grain, keep, seed } = rung;
  const block = `sparsity {\n  rounds = ${rounds}\n  ${magnitude.name} ${structureNamed(grain).name} of ${layers.join(', ')}\n  keep ${keep}% of conv_weights\n}`;
  const [first, ...others] = tree.declarations.filter(({ kind }) => kind === 'sparsity').map(({ span }) => span);
  const train = present(tree.declarations.find(({ kind }) => kind === 'train'), '`train` block').span.start;
  const penalties: readonly Edit[] = first ? [{ ...placeOf(first), text: block }, ...others.map((span) => ({ ...placeOf(span), text: '' }))] : [{ start: train, end: train, text: `${block}\n\n` }];
  const values = { grain, keep, seed };
  return { values, source: editedProgram(tree, values, [...penalties, editOf(tree, seedName, seed)]) };
}

function placeOf({ start, end }: Pick<Edit, 'start' | 'end'>): Pick<Edit, 'start' | 'end'> {
  return { start, end };
}
