// Means over seeds: what a choice of values comes to, without the luck of a draw.

import type { Combination } from './combinations.ts';
import { seedName } from './combinations.ts';
import type { RunResult, SweepRun } from './results.ts';

export interface Mean {
  readonly mean: number;
  /** Standard deviation of one run, by n - 1; absent of one run alone. */
  readonly deviation?: number;
}

/** Of the finished runs that differ in their seed alone. */
export interface SeedMeans {
  /** Without the seed. */
  readonly values: Combination;
  readonly runs: number;
  readonly heldOut?: Mean;
  readonly error: Mean;
  readonly macs: Mean;
  readonly weights: Mean;
}

/** In the order of the runs; none where no two of them differ in their seed alone. */
export function meansOverSeeds(runs: readonly SweepRun[]): readonly SeedMeans[] {
  const groups = new Map<string, SweepRun[]>();
  for (const run of runs) {
    const key = JSON.stringify(withoutSeed(run));
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  if (groups.size === runs.length) return [];
  return [...groups.values()].flatMap((group) => {
    const results = group.flatMap(({ result }) => result ?? []);
    const [first] = group;
    if (!first || results.length === 0) return [];
    const mean = (of: (result: RunResult) => number): Mean => meanOf(results.map(of));
    const held = results.flatMap(({ heldOut }) => heldOut ?? []);
    return [{ values: withoutSeed(first), runs: results.length, ...(held.length === results.length && { heldOut: meanOf(held) }), error: mean(({ error }) => error), macs: mean(({ macs }) => macs), weights: mean(({ weights }) => weights) }];
  });
}

function withoutSeed({ values }: SweepRun): Combination {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== seedName));
}

/** @param values At least one. */
export function meanOf(values: readonly number[]): Mean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean };
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)) };
}
