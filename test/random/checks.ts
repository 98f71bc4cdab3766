// What is checked of every random network. Each check answers its worst difference and what is allowed.

import { weightTypes } from '../../src/emit/weight-types/index.ts';
import type { Program } from '../../src/ir/graph.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { OpRegistry } from '../../src/ir/op.ts';
import { printGraph } from '../../src/ir/print.ts';
import { fewerProducts } from '../../src/passes/fewer-products.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { deployed, targets } from '../lower/harness.ts';
import { randomTraining } from '../lower/random-training.ts';
import { stepError } from '../lower/training-error.ts';
import { feedsOf, maskedProgram } from './build.ts';
import { drawRecipe } from './draw-recipe.ts';
import { kernelError } from './kernels.ts';
import { changesOutput, isRefused, plantedErrors } from './planted.ts';
import type { Recipe } from './recipe.ts';
import { randomPins } from './schedules.ts';
import type { Width } from './sketch.ts';
import { threadFaults } from './threads.ts';
import { weightTypeError } from './weight-types.ts';

export interface RandomCase {
  /** Of the input. */
  readonly seed: number;
  /** Zero groups in place. */
  readonly masked: Program;
  readonly compacted: Program;
}

export interface Check<Subject> {
  readonly name: string;
  /** Largest difference allowed. */
  readonly bound: number;
  readonly difference: (subject: Subject, ops: OpRegistry) => number | Promise<number>;
}

export function caseOf(recipe: Recipe, ops: OpRegistry): RandomCase {
  const masked = maskedProgram(recipe, ops);
  return { seed: recipe.seed, masked, compacted: runPasses(masked, compaction, ops, { verify: true }) };
}

export function randomCase(seed: number, ops: OpRegistry): RandomCase {
  return caseOf(drawRecipe(seed, ops), ops);
}

/** Compacted equals masked dense in the float64 interpreter. */
const reference: Check<RandomCase> = {
  name: 'reference',
  bound: 1e-12,
  difference: ({ masked, compacted, seed }, ops) => largestDifference(masked, compacted, seed, ops),
};

/** The check of every build takes no rounding for a fault, and small faults for no rounding: those it misses. */
const equivalence: Check<RandomCase> = {
  name: 'equivalence',
  bound: 0,
  difference: ({ masked, compacted, seed }, ops) => {
    if (isRefused(masked, compacted, ops)) return Infinity;
    return plantedErrors(compacted, seed).filter((wrong) => changesOutput(compacted, wrong, ops) && !isRefused(masked, wrong, ops)).length;
  },
};

/** Compacting what is compact changes nothing: neither its text nor a number. */
const again: Check<RandomCase> = {
  name: 'compacted again',
  bound: 0,
  difference: ({ compacted }, ops) => (sameProgram(compacted, runPasses(compacted, compaction, ops)) ? 0 : 1),
};

/** Convolutions of 3 x 3 by minimal filtering, whatever they gain, are the same in float64, and within their own bound on every engine. */
const filtered: readonly Check<RandomCase>[] = [
  { name: 'fewer products', bound: 1e-12, difference: ({ compacted, seed }, ops) => largestDifference(compacted, fewerProducts(Infinity, 0).run(compacted, { ops }), seed, ops) },
  ...deployed.map(
    (engine): Check<RandomCase> => ({
      name: `${engine.name}, fewer products`,
      bound: 1,
      difference: ({ compacted, seed }, ops) => {
        const fewer = fewerProducts(Infinity, 0).run(compacted, { ops });
        return fewer.graph.nodes.every(({ op }, i) => op === compacted.graph.nodes[i]?.op) ? 0 : kernelError(fewer, seed, ops, engine);
      },
    }),
  ),
];

/** Emitted kernels of both programs against the float64 interpreter, in units of what rounding explains. */
const kernels = deployed.map(
  (engine): Check<RandomCase> => ({
    name: engine.name,
    bound: 1,
    difference: ({ masked, compacted, seed }, ops) => Math.max(kernelError(masked, seed, ops, engine), kernelError(compacted, seed, ops, engine)),
  }),
);

/** The same with a schedule of each nest drawn among all that fit it. */
export const scheduleChecks: readonly Check<RandomCase>[] = deployed.map(
  (engine): Check<RandomCase> => ({
    name: `${engine.name}, random schedules`,
    bound: 1,
    difference: ({ masked, compacted, seed }, ops) => Math.max(...[masked, compacted].map((program) => kernelError(program, seed, ops, engine, randomPins(program, seed, ops, engine.machine)))),
  }),
);

/** Workers change no bit. */
const threads: Check<RandomCase> = {
  name: 'threads',
  bound: 0,
  difference: async ({ compacted, seed }, ops) => (await threadFaults(compacted, seed, ops)) + (await threadFaults(fewerProducts(Infinity, 0).run(compacted, { ops }), seed + 1, ops)),
};

/** The same with weights in fewer bits, in each type. */
export const weightChecks: readonly Check<RandomCase>[] = weightTypes.flatMap((type) =>
  deployed.map(
    (engine): Check<RandomCase> => ({
      name: `${engine.name}, weights as ${type.name}`,
      bound: 1,
      difference: ({ compacted, seed }, ops) => weightTypeError(compacted, type, seed, ops, engine),
    }),
  ),
);

/** By the width of the networks. Of wide ones it is kernels that small ones do not show: several vectors, several tiles. */
export const checks: Readonly<Record<Width, readonly Check<RandomCase>[]>> = { small: [reference, again, equivalence, ...kernels, ...filtered, threads], wide: [...kernels, ...filtered, threads] };

/** Networks of `test/lower/random-training.ts`, by seed, trained for two steps. */
export const trainingChecks: readonly Check<number>[] = targets.map((engine) => ({
  name: `${engine.name}, training`,
  bound: 1e-3,
  difference: (seed) => {
    const { network, update, batch } = randomTraining(seed);
    return stepError(network, update, batch, seed, engine, 1e-3);
  },
}));

function sameProgram(a: Program, b: Program): boolean {
  const text = ({ graph, parameters }: Program): string => JSON.stringify([printGraph(graph), [...parameters].map(([name, { data }]) => [name, [...data]])]);
  return text(a) === text(b);
}

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
