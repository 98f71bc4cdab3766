// The largest share of a network's multiply-accumulates whose module keeps to a budget of time, found before anything is trained:
// layers share it as the run will share it, their least filters are made zero at once, and what is left is compacted, emitted and
// timed. Training leads to other numbers in the same shapes, so that the module of the run takes as long, but for noise.

import { fail } from '../../base/diagnostic.ts';
import { invariant } from '../../base/invariant.ts';
import type { Program } from '../../ir/graph.ts';
import type { Sharing } from '../run/sharing.ts';
import { pruneDiagnostics } from './diagnostics.ts';
import { leastTime } from './least-time.ts';

export interface TimedShare {
  /** Of the MACs of the whole network, in whole per cent. */
  readonly percent: number;
  /** What is left, by the network's shapes. */
  readonly macs: number;
  /** Of a run of the module. */
  readonly milliseconds: number;
}

export interface TimeBudget {
  /** Milliseconds that a run of the module may take. */
  readonly allowed: number;
  /** Milliseconds that one takes of the network with these parameters, compacted. */
  readonly timeOf: (parameters: Program['parameters']) => Promise<number>;
  /** Told what was timed. */
  readonly onTimed: (timed: TimedShare) => void;
}

/** The part of the budget that the search goes by: noise is not to decide whether the module keeps to it in the end. */
const aimed = 0.95;

/** Filters of a layer that the smallest networks have: one, and a vector of them, which may take less time than one. */
const fewest: readonly number[] = [1, 4];

/**
 * There is nothing to search where the whole network keeps to the budget, or none of the smallest does.
 * @throws DiagnosticError `prune/fits`, `prune/too-slow`
 */
export async function checkTime({ whole, costOf, pruned, counts }: Sharing, { allowed, timeOf, onTimed }: TimeBudget): Promise<void> {
  const timed = async (kept: readonly number[]): Promise<TimedShare> => {
    const macs = costOf(kept);
    const found = { percent: Math.ceil((100 * macs) / whole), macs, milliseconds: await leastTime(() => timeOf(pruned(kept)), allowed) };
    onTimed(found);
    return found;
  };
  const dense = await timed(counts);
  if (dense.milliseconds <= allowed) fail(pruneDiagnostics.fits({ args: [millisecondsText(dense.milliseconds), allowed], help: "`ssl-compile import` and `ssl-compile build` make that module; for a smaller one all the same, say what is to be left: --keep '50% of macs'" }));
  const smallest: TimedShare[] = [];
  for (const few of fewest) smallest.push(await timed(counts.map((count) => Math.min(count, few))));
  const quickest = quickestOf(smallest);
  if (quickest.milliseconds > allowed) failTooSlow(quickest, allowed);
}

/**
 * By bisection, though of two networks the smaller may take a little longer: what is found has been timed itself.
 * @param sharing By a scan.
 * @throws DiagnosticError `prune/too-slow`
 */
export async function shareForTime({ whole, costOf, pruned, counts, within }: Sharing, { allowed, timeOf, onTimed }: TimeBudget): Promise<TimedShare> {
  const least = Math.ceil((100 * costOf(counts.map(() => 1))) / whole);
  /** By the groups that are kept: shares that lie side by side may lead to the same. */
  const timed = new Map<string, TimedShare>();
  let found: TimedShare | undefined;
  for (let [low, high] = [least, Math.max(least, 99)]; low <= high; ) {
    const percent = (low + high) >> 1;
    const shares = within((percent / 100) * whole);
    invariant(shares.kind === 'within', () => `${percent}% of the MACs are within reach`);
    const key = shares.kept.join();
    const milliseconds = timed.get(key)?.milliseconds ?? (await leastTime(() => timeOf(pruned(shares.kept)), aimed * allowed));
    const share = { percent, macs: shares.cost, milliseconds };
    if (!timed.has(key)) onTimed(share);
    timed.set(key, share);
    if (milliseconds <= aimed * allowed) [found, low] = [share, percent + 1];
    else high = percent - 1;
  }
  if (found) return found;
  const quickest = quickestOf([...timed.values()]);
  return quickest.milliseconds <= allowed ? quickest : failTooSlow(quickest, allowed);
}

/** @param timed At least one. */
function quickestOf(timed: readonly TimedShare[]): TimedShare {
  return timed.reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a));
}

function failTooSlow({ percent, milliseconds }: TimedShare, allowed: number): never {
  return fail(pruneDiagnostics['too-slow']({ args: [millisecondsText(milliseconds), percent, allowed], help: `allow ${millisecondsText(1.1 * milliseconds)} ms or more, let the machine do nothing else meanwhile, or begin with a smaller model` }));
}

/** `2.31` */
export function millisecondsText(milliseconds: number): string {
  return String(Number(milliseconds.toPrecision(3)));
}
