// A few wide random networks of the many that `npm run test:random` tries, and a few that are trained.

import { expect, test } from 'vitest';
import { ops } from '../../src/ops/index.ts';
import { checks, scheduleChecks, trainingChecks } from '../random/checks.ts';
import { drawRecipe } from '../random/draw-recipe.ts';
import { faultOf } from '../random/shrink.ts';

const seeds = Array.from({ length: 10 }, (_, i) => 40 + i);

test('wide networks', { timeout: 60_000 }, async () => {
  for (const seed of seeds) expect(await faultOf({ recipe: drawRecipe(seed, ops, 'wide'), checks: checks.wide, ops })).toBeUndefined();
});

test.each(['small', 'wide'] as const)('%s networks under schedules drawn at random', { timeout: 60_000 }, async (width) => {
  for (const seed of seeds) expect(await faultOf({ recipe: drawRecipe(seed, ops, width), checks: scheduleChecks, ops })).toBeUndefined();
});

test.each(trainingChecks)('$name', { timeout: 60_000 }, async ({ difference, bound }) => {
  for (const seed of seeds) expect(await difference(seed, ops), `seed ${seed}`).toBeLessThanOrEqual(bound);
});
