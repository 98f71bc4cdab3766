// npm run test:random -- --graphs 500 --seed 1
//
// Compacts random networks with random zero groups and measures every check of checks.ts. Stops at the
// first failure with the seed that shows it again: `--graphs 1 --seed THAT`.

import { parseArgs } from 'node:util';
import { ops } from '../../src/ops/index.ts';
import { checks, randomCase, wideChecks } from './checks.ts';

function usage(reason: string): never {
  console.error(`${reason}\n\nusage: npm run test:random -- [--graphs COUNT] [--seed INTEGER]`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({ options: { graphs: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' } } }).values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const given = readArguments();
const graphs = Number(given.graphs);
const firstSeed = Number(given.seed);
if (!Number.isInteger(graphs) || graphs < 1) usage(`--graphs ${given.graphs} is no positive integer`);
if (!Number.isInteger(firstSeed)) usage(`--seed ${given.seed} is no integer`);

const all = [...checks, ...wideChecks];
const worst = new Map(all.map((check) => [check.name, { difference: 0, seed: firstSeed }]));
let weightsBefore = 0;
let weightsAfter = 0;
for (let seed = firstSeed; seed < firstSeed + graphs; seed++) {
  try {
    const example = randomCase(seed, ops);
    weightsBefore += weightsOf(example.masked);
    weightsAfter += weightsOf(example.compacted);
    for (const check of all) {
      const difference = check.difference(example, ops);
      if (difference > (worst.get(check.name)?.difference ?? 0)) worst.set(check.name, { difference, seed });
      if (!(difference <= check.bound)) throw new Error(`${check.name}: difference ${difference}, allowed ${check.bound}`);
    }
  } catch (error) {
    console.error(`seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    console.error(`again: npm run test:random -- --graphs 1 --seed ${seed}`);
    process.exit(1);
  }
  const done = seed - firstSeed + 1;
  if (done % 100 === 0 || done === graphs) console.log(`${done} of ${graphs} networks`);
}
for (const [name, { difference, seed }] of worst) console.log(`${name}: worst difference ${difference.toExponential(2)} (seed ${seed})`);
console.log(`weights: ${weightsBefore} before, ${weightsAfter} after elimination`);

function weightsOf({ parameters }: { parameters: ReadonlyMap<string, { data: Float64Array }> }): number {
  return [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
}
