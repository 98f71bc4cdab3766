// What is checked of every random network. Each check answers its worst difference and what is allowed.

import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import type { Program } from '../../src/ir/graph.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { OpRegistry } from '../../src/ir/op.ts';
import { targets } from '../lower/harness.ts';
import { randomDeployment, randomTraining } from '../lower/random-training.ts';
import { stepError } from '../lower/training-error.ts';
import { kernelError } from './kernels.ts';
import { feedsOf, randomNetwork, withRandomZeros } from './network.ts';
import { changesOutput, isRefused, plantedErrors } from './planted.ts';

export interface RandomCase {
  readonly seed: number;
  /** Zero groups in place. */
  readonly masked: Program;
  readonly compacted: Program;
}

export interface RandomCheck {
  readonly name: string;
  /** Largest difference allowed. */
  readonly bound: number;
  readonly difference: (example: RandomCase, ops: OpRegistry) => number;
}

export function randomCase(seed: number, ops: OpRegistry): RandomCase {
  const masked = withRandomZeros(randomNetwork(seed, ops), seed, ops);
  return { seed, masked, compacted: runPasses(masked, compaction, ops, { verify: true }) };
}

/** Compacted equals masked dense in the float64 interpreter. */
const reference: RandomCheck = {
  name: 'reference',
  bound: 1e-12,
  difference: ({ masked, compacted, seed }, ops) => largestDifference(masked, compacted, seed, ops),
};

/** The check of every build takes no rounding for a fault, and small faults for no rounding: those it misses. */
const equivalence: RandomCheck = {
  name: 'equivalence',
  bound: 0,
  difference: ({ masked, compacted, seed }, ops) => {
    if (isRefused(masked, compacted, ops)) return Infinity;
    return plantedErrors(compacted, seed).filter((wrong) => changesOutput(compacted, wrong, ops) && !isRefused(masked, wrong, ops)).length;
  },
};

/** Emitted kernels of both programs against the float64 interpreter, in units of what rounding explains. */
const kernels = targets.map(
  (engine): RandomCheck => ({
    name: engine.name,
    bound: 1,
    difference: ({ masked, compacted, seed }, ops) => Math.max(kernelError(masked, seed, ops, engine), kernelError(compacted, seed, ops, engine)),
  }),
);

export const checks: readonly RandomCheck[] = [reference, equivalence, ...kernels];

/** On wider networks of the same seed: several vectors of channels, several tiles; deployed, and trained for two steps. */
export const wideChecks: readonly RandomCheck[] = targets.flatMap((engine): RandomCheck[] => [
  {
    name: `${engine.name}, wide`,
    bound: 1,
    difference: ({ seed }, ops) => {
      const masked = randomDeployment(seed);
      return Math.max(kernelError(masked, seed, ops, engine), kernelError(runPasses(masked, compaction, ops), seed, ops, engine));
    },
  },
  {
    name: `${engine.name}, training`,
    bound: 1e-3,
    difference: ({ seed }) => {
      const { network, update, batch } = randomTraining(seed);
      return stepError(network, update, batch, seed, engine, 1e-3);
    },
  },
]);

/** Largest difference between the outputs of two programs on the same input, over the largest value (at least 1e-3). */
export function largestDifference(a: Program, b: Program, seed: number, ops: OpRegistry): number {
  const [first, second] = [a, b].map((program) => evaluate(program.graph, ops, feedsOf(program, seed)).outputs);
  if (first?.size !== second?.size) return Infinity;
  let worst = 0;
  for (const [name, { shape, data }] of first ?? []) {
    const other = second?.get(name);
    if (!other || other.shape.join() !== shape.join()) return Infinity;
    const largest = data.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3);
    for (const [i, v] of data.entries()) worst = Math.max(worst, Math.abs(v - (other.data[i] as number)) / largest);
    if (Number.isNaN(worst)) return Infinity;
  }
  return worst;
}
