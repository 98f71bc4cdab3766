// The means of a ladder over seeds, and what follows from them: which grain has the smallest error at a share of weights
// kept, and down to which share a grain is no worse than the dense network that was trained for as long.

import { present } from '../../base/invariant.ts';
import type { StructureKind } from '../../ir/structure.ts';
import { taskPart } from '../../train/tasks/index.ts';
import type { OfTask } from '../../train/tasks/index.ts';
import { meanOf } from '../sweep/means.ts';
import type { Mean } from '../sweep/means.ts';
import type { Rung } from './ladder-plan.ts';
import type { Errors, RungResult } from './rung-result.ts';

/** Of networks that answer: one seed alone that does not takes its mean with it. */
export interface GrainMeans {
  readonly grain: StructureKind;
  /** Per cent of the weights that were to be kept. */
  readonly keep: number;
  readonly seeds: readonly number[];
  readonly heldOut?: Mean;
  readonly test: Mean;
  readonly density: Mean;
  /** Of the bits and references of the dense layers. */
  readonly storage: Mean;
  readonly references: Mean;
  readonly bits: Mean;
  readonly weightBits: Mean;
  readonly indexBits: Mean;
  readonly paddingZeros: Mean;
}

export interface DenseMeans {
  readonly heldOut?: Mean;
  readonly test: Mean;
}

export interface Winner {
  readonly keep: number;
  /** Of the smallest mean held-out error; of equal ones the one of fewer stored bits. */
  readonly grain: StructureKind;
  /** The next one, and by how much its error is larger, paired over the seeds that both have. Absent: there is none. */
  readonly next?: { readonly grain: StructureKind; readonly difference: Mean; readonly seeds: number; /** The difference is more than two of its standard errors. */ readonly clear: boolean };
}

/** The least that a grain can keep at no larger a held-out error than the dense network; absent of those that exceed it everywhere. */
export interface LeastKept {
  readonly grain: StructureKind;
  readonly at?: GrainMeans;
}

export interface Standings extends OfTask {
  readonly means: readonly GrainMeans[];
  readonly baseline?: DenseMeans;
  readonly control?: DenseMeans;
  /** By share kept, largest first; of those at which two grains have held-out errors. */
  readonly winners: readonly Winner[];
  /** Against the control, or the baseline where there is none. Absent: nothing is held out. */
  readonly least?: readonly LeastKept[];
}

export type FinishedRung = Rung & { readonly result: RungResult };

export function standingsOf(rungs: readonly FinishedRung[], grains: readonly StructureKind[], keep: readonly number[]): Standings {
  const largestFirst = keep.toSorted((a, b) => b - a);
  const of = (grain: StructureKind, share: number): readonly FinishedRung[] => rungs.filter((rung) => rung.grain === grain && rung.keep === share);
  const means = grains.flatMap((grain) => largestFirst.flatMap((share) => meansOf(of(grain, share)) ?? []));
  const [baseline, control] = [denseMeans(rungs, ({ baseline: each }) => each), denseMeans(rungs, ({ control: each }) => each)];
  const bound = (control ?? baseline)?.heldOut?.mean;
  return {
    ...taskPart(rungs[0]?.result),
    means,
    ...(baseline && { baseline }),
    ...(control && { control }),
    winners: largestFirst.flatMap((share) => winnerAt(share, means, of) ?? []),
    ...(bound !== undefined && { least: grains.map((grain) => leastOf(grain, means, bound)) }),
  };
}

function meansOf(rungs: readonly FinishedRung[]): GrainMeans | undefined {
  const [first] = rungs;
  if (!first) return undefined;
  const mean = (of: (result: RungResult) => number): Mean => meanOf(rungs.map(({ result }) => of(result)));
  const heldOut = meanOfErrors(rungs.map(({ result }) => result.error));
  return {
    grain: first.grain,
    keep: first.keep,
    seeds: rungs.map(({ seed }) => seed),
    ...(heldOut && { heldOut }),
    test: mean(({ error }) => error.test),
    density: mean(({ density }) => density),
    storage: mean(({ bits, denseBits }) => bits / denseBits),
    references: mean(({ references, denseReferences }) => references / denseReferences),
    bits: mean(({ bits }) => bits),
    weightBits: mean(({ weightBits }) => weightBits),
    indexBits: mean(({ indexBits }) => indexBits),
    paddingZeros: mean(({ paddingZeros }) => paddingZeros),
  };
}

function meanOfErrors(errors: readonly Errors[]): Mean | undefined {
  const heldOut = errors.flatMap((each) => each.heldOut ?? []);
  return heldOut.length > 0 && heldOut.length === errors.length ? meanOf(heldOut) : undefined;
}

/** All runs of a seed share the dense ones: each counts once. */
function denseMeans(rungs: readonly FinishedRung[], of: (result: RungResult) => Errors | undefined): DenseMeans | undefined {
  const bySeed = new Map(rungs.flatMap(({ seed, result }) => { const errors = of(result); return errors ? [[seed, errors] as const] : []; }));
  const errors = [...bySeed.values()];
  if (errors.length === 0) return undefined;
  const heldOut = meanOfErrors(errors);
  return { ...(heldOut && { heldOut }), test: meanOf(errors.map(({ test }) => test)) };
}

type Judged = GrainMeans & { readonly heldOut: Mean };

function isJudged(means: GrainMeans): means is Judged {
  return means.heldOut !== undefined;
}

function winnerAt(keep: number, means: readonly GrainMeans[], of: (grain: StructureKind, keep: number) => readonly FinishedRung[]): Winner | undefined {
  const ranked = means.filter((each) => each.keep === keep).filter(isJudged).toSorted((a, b) => a.heldOut.mean - b.heldOut.mean || a.bits.mean - b.bits.mean);
  const [first, second] = ranked;
  if (!first || !second) return undefined;
  const bySeed = new Map(of(first.grain, keep).map(({ seed, result }) => [seed, result.error.heldOut]));
  const differences = of(second.grain, keep).flatMap(({ seed, result: { error: { heldOut } } }) => {
    const other = bySeed.get(seed);
    return heldOut === undefined || other === undefined ? [] : [heldOut - other];
  });
  if (differences.length === 0) return { keep, grain: first.grain };
  const difference = meanOf(differences);
  const clear = difference.deviation !== undefined && difference.mean > (2 * difference.deviation) / Math.sqrt(differences.length);
  return { keep, grain: first.grain, next: { grain: second.grain, difference, seeds: differences.length, clear } };
}

/** Shares below one that exceeds the bound do not count: there it was luck. */
function leastOf(grain: StructureKind, means: readonly GrainMeans[], bound: number): LeastKept {
  const largestFirst = means.filter((each) => each.grain === grain).filter(isJudged).toSorted((a, b) => b.keep - a.keep);
  const beyond = largestFirst.findIndex(({ heldOut }) => heldOut.mean > bound);
  const at = beyond < 0 ? largestFirst.at(-1) : largestFirst[beyond - 1];
  return { grain, ...(at && { at: present(at, 'means') }) };
}
