// npm run test:random -- --graphs 500 --seed 1
// npm run test:random -- --graphs 500 --schedules     with schedules drawn at random, too
// npm run test:random -- --graphs 500 --weight-types  with weights in fewer bits, too
// npm run test:random -- --depth 300 --seed 1        residual networks with dead layers and branches (depth.ts)
//
// Compacts random networks under random masks and measures every check of checks.ts, of small and of wide ones. Stops
// at the first failure, shrinks it, and prints the network and the seed that shows it again: `--graphs 1 --seed THAT`.

import { parseArgs } from 'node:util';
import type { Program } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { checks, scheduleChecks, trainingChecks, weightChecks } from './checks.ts';
import { depthResult } from './depth.ts';
import { drawRecipe } from './draw-recipe.ts';
import { faultOf } from './shrink.ts';

function usage(reason: string): never {
  console.error(`${reason}\n\nusage: npm run test:random -- [--graphs COUNT [--schedules] [--weight-types] | --depth COUNT] [--seed INTEGER]`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({ options: { graphs: { type: 'string', default: '500' }, schedules: { type: 'boolean', default: false }, 'weight-types': { type: 'boolean', default: false }, depth: { type: 'string' }, seed: { type: 'string', default: '1' } } }).values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const given = readArguments();
const graphs = Number(given.graphs);
const firstSeed = Number(given.seed);
if (!Number.isInteger(graphs) || graphs < 1) usage(`--graphs ${given.graphs} is no positive integer`);
if (!Number.isInteger(firstSeed)) usage(`--seed ${given.seed} is no integer`);

if (given.depth !== undefined) lookAtDepth(Number(given.depth));

const weights = { before: 0, after: 0 };
const worst = new Map<string, { readonly difference: number; readonly seed: number }>();
const measure = (name: string, difference: number, seed: number): void => {
  if (!(difference <= (worst.get(name)?.difference ?? -1))) worst.set(name, { difference, seed });
};

/** Ends the process. */
function lookAtDepth(count: number): never {
  if (!Number.isInteger(count) || count < 1) usage(`--depth ${given.depth} is no positive integer`);
  const total = { branches: 0, dead: 0, removed: 0, worst: 0 };
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { branches, dead, removed, difference, faults } = depthResult(seed, ops);
    if (faults.length > 0) fail(seed, `${faults.join('\n')}\nagain: npm run test:random -- --depth 1 --seed ${seed}`);
    total.branches += branches;
    total.dead += dead;
    total.removed += removed;
    total.worst = Math.max(total.worst, difference);
  }
  console.log(`${count} of ${count} residual networks: worst difference ${total.worst.toExponential(2)}`);
  console.log(`branches: ${total.branches}, dead: ${total.dead}, of these removed whole: ${total.removed}, kept with a reason: ${total.dead - total.removed}`);
  process.exit(0);
}

function again(seed: number): string {
  return `npm run test:random -- --graphs 1${given.schedules ? ' --schedules' : ''}${given['weight-types'] ? ' --weight-types' : ''} --seed ${seed}`;
}

function fail(seed: number, text: string): never {
  console.error(`seed ${seed}: ${text}`);
  process.exit(1);
}

for (let seed = firstSeed; seed < firstSeed + graphs; seed++) {
  for (const width of ['small', 'wide'] as const) {
    const recipe = drawRecipe(seed, ops, width);
    const extra = [...(given.schedules ? scheduleChecks : []), ...(given['weight-types'] ? weightChecks : [])];
    const trial = extra.length > 0 ? { recipe, checks: [...checks[width], ...extra], ops, again } : { recipe, checks: checks[width], ops };
    const fault = await faultOf(trial, {
      example: ({ masked, compacted }) => {
        weights.before += weightsOf(masked);
        weights.after += weightsOf(compacted);
      },
      difference: (name, difference) => measure(`${name}, ${width}`, difference, seed),
    });
    if (fault !== undefined) fail(seed, fault);
  }
  for (const { name, bound, difference } of trainingChecks) {
    const found = await difference(seed, ops);
    measure(name, found, seed);
    if (!(found <= bound)) fail(seed, `${name}: difference ${found}, allowed ${bound}\nagain: npm run test:random -- --graphs 1 --seed ${seed}`);
  }
  const done = seed - firstSeed + 1;
  if (done % 100 === 0 || done === graphs) console.log(`${done} of ${graphs} networks`);
}
for (const [name, { difference, seed }] of worst) console.log(`${name}: worst difference ${difference.toExponential(2)} (seed ${seed})`);
console.log(`weights: ${weights.before} before, ${weights.after} after elimination`);

function weightsOf({ parameters }: Program): number {
  return [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
}
