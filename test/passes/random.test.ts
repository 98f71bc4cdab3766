// Some random networks of the many that `npm run test:random` tries.

import { describe, expect, it } from 'vitest';
import type { Program } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { denseProgram, maskedProgram } from '../random/build.ts';
import { checks, largestDifference } from '../random/checks.ts';
import { drawRecipe } from '../random/draw-recipe.ts';
import { faultOf } from '../random/shrink.ts';

const seeds = Array.from({ length: 60 }, (_, i) => 1000 + i);

describe('compacted random networks pass every check', () => {
  it.each([0, 15, 30, 45])('from seed 1000 + %i', { timeout: 120_000 }, async (first) => {
    for (const seed of seeds.slice(first, first + 15)) expect(await faultOf({ recipe: drawRecipe(seed, ops), checks: checks.small, ops })).toBeUndefined();
  });
});

it('each pass keeps the function', () => {
  for (const seed of seeds.slice(0, 30)) {
    let before = maskedProgram(drawRecipe(seed, ops), ops);
    runPasses(before, compaction, ops, {
      verify: true,
      onAfter: (pass, program) => {
        expect(largestDifference(before, program, seed, ops), `${pass.name}, seed ${seed}`).toBeLessThan(1e-12);
        before = program;
      },
    });
  }
});

it('a network without zeros is left as it is', () => {
  for (const seed of seeds.slice(0, 10)) {
    const network = denseProgram(drawRecipe(seed, ops), ops);
    const [simplified, compacted] = [compaction.slice(0, 2), compaction].map((passes) => runPasses(network, passes, ops));
    expect(simplified && weights(simplified)).toEqual(compacted && weights(compacted));
  }
});

function weights({ parameters }: Program): Record<string, number[]> {
  return Object.fromEntries([...parameters].map(([name, { data }]) => [name, [...data]]));
}
