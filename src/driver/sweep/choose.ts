// The run with the smallest held-out error that keeps to budgets.

import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { ops } from '../../ops/index.ts';
import { timedTargets } from '../../targets/index.ts';
import { openModel, withWeights } from '../model/model.ts';
import { timeCall } from '../module/bench.ts';
import { sweepDiagnostics } from './diagnostics.ts';
import { candidatesOf } from './results.ts';
import type { Candidate, SweepRun } from './results.ts';

export interface Budgets {
  /** Multiply-accumulates of one sample. */
  readonly macs?: number | undefined;
  /** Milliseconds of one run of the built module, on this machine. */
  readonly ms?: number | undefined;
}

export interface Choice {
  /** Whether it keeps to the budgets; where none does, it is the run that comes nearest. */
  readonly met: boolean;
  readonly run: Candidate;
  /** Milliseconds of a run; absent where no budget asks for them. */
  readonly ms?: number;
}

/**
 * Undefined where no run can be chosen. Of runs that miss a budget, the nearest is that with the fewest MACs, or else
 * the quickest one.
 * @param onTiming Told each run that is timed.
 * @throws DiagnosticError `sweep/nothing-held-out`
 */
export async function choose(runs: readonly SweepRun[], { macs = Infinity, ms }: Budgets, onTiming: (run: SweepRun) => void = () => {}): Promise<Choice | undefined> {
  if (runs.some(({ result }) => result && result.heldOut === undefined)) fail(sweepDiagnostics['nothing-held-out']({ args: [], help: 'hold out a share of the training samples: `held_out = 0.1` in the `train` block' }));
  const candidates = candidatesOf(runs);
  const few = candidates.filter(({ result }) => result.macs <= macs);
  const [first] = few;
  if (!first) {
    const [nearest] = candidates.toSorted((a, b) => a.result.macs - b.result.macs);
    return nearest && { met: false, run: nearest };
  }
  if (ms === undefined) return { met: true, run: first };
  let quickest: Required<Choice> | undefined;
  for (const run of few) {
    onTiming(run);
    const { model: { network }, weights: { parameters } } = withWeights(openModel(run.run, undefined, ops));
    const taken = (await timeCall({ graph: network.graph, parameters }, present(timedTargets[0], 'target of times'), ops)) / 1000;
    if (taken <= ms) return { met: true, run, ms: taken };
    if (!quickest || taken < quickest.ms) quickest = { met: false, run, ms: taken };
  }
  return quickest;
}
