import { expect, test } from 'vitest';
import { spanScale, steppedLogarithmicScale } from '../../src/report/charts/scale.ts';
import { ladderPicture } from '../../src/report/ladder-picture.ts';

const curve = (name: string, place: number, errors: readonly number[]): Parameters<typeof ladderPicture>[0]['curves'][number] => ({
  name,
  place,
  points: errors.map((error, i) => ({ keep: 10 * (i + 1), seeds: 2, density: 0.1 * (i + 1), storage: 0.12 * (i + 1), error, deviation: error / 10 })),
});

test('a ladder has a curve and a shape for each grain, twice, and lines of the dense networks', () => {
  const picture = ladderPicture({ title: 'a <b>', curves: [curve('elements', 0, [0.02, 0.01]), curve('filters', 3, [0.03, 0.015])], levels: [{ name: 'dense', error: 0.012 }] });
  expect(picture.match(/class="curve g0"/g)).toHaveLength(2);
  expect(picture.match(/class="curve g3"/g)).toHaveLength(2);
  expect(picture.match(/class="level"/g)).toHaveLength(3);
  expect(picture).toContain('a &lt;b&gt;');
  expect(picture).not.toMatch(/NaN|Infinity|undefined/);
});

test('errors of chance and of none have a place each', () => {
  for (const errors of [[0.9, 0.004], [0, 0.5], [0, 0]]) expect(ladderPicture({ title: 'wide', curves: [curve('elements', 0, errors)], levels: [] })).not.toMatch(/NaN|Infinity/);
});

test.each([
  [0.008, 0.035, [0.005, 0.01, 0.02, 0.05]],
  [0.01, 0.05, [0.01, 0.02, 0.05]],
  [2, 2, [2]],
  [0.6, 130, [0.5, 1, 2, 5, 10, 20, 50, 100, 200]],
])('from %d to %d there are steps', (smallest, largest, ticks) => {
  const scale = steppedLogarithmicScale(smallest, largest, [0, 100]);
  expect(scale.ticks).toEqual(ticks);
  expect(scale.place(smallest)).toBeGreaterThanOrEqual(0);
  expect(scale.place(largest)).toBeLessThanOrEqual(100);
});

test.each([
  [0.0079, 0.0112, [0.007, 0.008, 0.009, 0.01, 0.011, 0.012]],
  [0.009, 0.01, [0.009, 0.0092, 0.0094, 0.0096, 0.0098, 0.01]],
  [3, 5, [3, 3.5, 4, 4.5, 5]],
])('between %d and %d the axis does not begin at 0', (smallest, largest, ticks) => {
  const scale = spanScale(smallest, largest, [0, 100], 6);
  expect(scale.ticks).toEqual(ticks);
  expect(scale.place(ticks[0] as number)).toBeCloseTo(0, 9);
  expect(scale.place(ticks.at(-1) as number)).toBeCloseTo(100, 9);
});
