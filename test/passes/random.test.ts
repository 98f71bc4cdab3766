// A few random networks of the many that `npm run test:random` tries.

import { expect, it } from 'vitest';
import type { Program } from '../../src/ir/graph.ts';
import { printGraph } from '../../src/ir/print.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { checks, largestDifference, randomCase } from '../random/checks.ts';
import { randomNetwork, withRandomZeros } from '../random/network.ts';

const seeds = Array.from({ length: 60 }, (_, i) => 1000 + i);

it('compacted random networks pass every check', () => {
  for (const seed of seeds) {
    const example = randomCase(seed, ops);
    for (const check of checks) expect(check.difference(example, ops), `${check.name}, seed ${seed}`).toBeLessThanOrEqual(check.bound);
  }
});

it('each pass keeps the function', () => {
  for (const seed of seeds.slice(0, 30)) {
    let before = withRandomZeros(randomNetwork(seed, ops), seed, ops);
    runPasses(before, compaction, ops, {
      verify: true,
      onAfter: (pass, program) => {
        expect(largestDifference(before, program, seed, ops), `${pass.name}, seed ${seed}`).toBeLessThan(1e-12);
        before = program;
      },
    });
  }
});

it('compacting twice changes nothing more', () => {
  for (const seed of seeds) {
    const { compacted } = randomCase(seed, ops);
    const again = runPasses(compacted, compaction, ops);
    expect(printGraph(again.graph), `seed ${seed}`).toBe(printGraph(compacted.graph));
    expect(weights(again), `seed ${seed}`).toEqual(weights(compacted));
  }
});

it('a network without zeros is left as it is', () => {
  for (const seed of seeds.slice(0, 10)) {
    const network = randomNetwork(seed, ops);
    const [simplified, compacted] = [compaction.slice(0, 2), compaction].map((passes) => runPasses(network, passes, ops));
    expect(simplified && weights(simplified)).toEqual(compacted && weights(compacted));
  }
});

function weights({ parameters }: Program): Record<string, number[]> {
  return Object.fromEntries([...parameters].map(([name, { data }]) => [name, [...data]]));
}
