// What the runs of a sweep came to, and which of them no other run beats in both error and cost.

import { taskPart } from '../../train/tasks/index.ts';
import type { OfTask } from '../../train/tasks/index.ts';
import { answersNothing } from '../evaluation/finding.ts';
import { summaryOfRun } from '../run/run-reader.ts';
import type { RunSummary } from '../run/run-summary.ts';
import type { Combination } from './combinations.ts';
import type { Fault } from './job.ts';
import type { SeedMeans } from './means.ts';
import type { TaskState } from './schedule.ts';

/** Of a finished run. */
export interface RunResult extends OfTask {
  /** Of the compacted network on the held-out samples: what runs are chosen by. Absent: nothing is held out. */
  readonly heldOut?: number;
  /** On the test set; nothing is chosen by it. */
  readonly error: number;
  /** Multiply-accumulates of one sample that are left, and weights. */
  readonly macs: number;
  readonly weights: number;
  /** That its training took, shared phases included. */
  readonly seconds: number;
  /** It answers the same to everything, or no better than by guessing. */
  readonly useless: boolean;
}

export interface SweepRun {
  readonly values: Combination;
  readonly hash: string;
  /** Its folder. */
  readonly run: string;
  readonly state: TaskState;
  readonly faults?: readonly Fault[];
  readonly result?: RunResult;
  /** No other run has both fewer MACs and a smaller held-out error, or one of them and the other equal. */
  readonly pareto?: true;
}

export interface SweepOutcome {
  readonly runs: readonly SweepRun[];
  /** Over seeds; empty where there are not several. */
  readonly means: readonly SeedMeans[];
  /** Held-out error against MACs; absent where no run has both. */
  readonly picture?: string;
  /** Stopped before all was done. */
  readonly interrupted: boolean;
}

/** @throws DiagnosticError `run/*` */
export function readResult(folder: string): RunResult | undefined {
  const summary = summaryOfRun(folder) as RunSummary | undefined;
  if (!summary) return undefined;
  const { product, heldOut, evaluation, macs, weights, seconds, findings } = summary;
  const held = heldOut[product];
  return { ...taskPart(summary), ...(held !== undefined && { heldOut: held }), error: evaluation.error, macs: macs.compacted, weights: weights.compacted, seconds, useless: answersNothing(findings) };
}

/** A run that can be chosen. */
export type Candidate = SweepRun & { readonly result: RunResult & { readonly heldOut: number } };

/** The smallest held-out error first; of equal ones the fewest MACs. */
export function candidatesOf(runs: readonly SweepRun[]): readonly Candidate[] {
  const isCandidate = (run: SweepRun): run is Candidate => run.result?.heldOut !== undefined && !run.result.useless;
  return runs.filter(isCandidate).toSorted(({ result: a }, { result: b }) => a.heldOut - b.heldOut || a.macs - b.macs);
}

/** Marks the Pareto front, where none is marked. */
export function withFront(runs: readonly SweepRun[]): readonly SweepRun[] {
  const front = new Set<string>();
  let last: Candidate | undefined;
  for (const candidate of candidatesOf(runs)) {
    // None before it has a greater error: it has to need fewer MACs, or be the same point.
    const { heldOut, macs } = candidate.result;
    if (last && macs >= last.result.macs && !(macs === last.result.macs && heldOut === last.result.heldOut)) continue;
    front.add(candidate.hash);
    last = candidate;
  }
  return runs.map((run) => ({ ...run, ...(front.has(run.hash) && { pareto: true as const }) }));
}
