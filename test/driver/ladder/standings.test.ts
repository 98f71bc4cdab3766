import { describe, expect, it } from 'vitest';
import { standingsOf } from '../../../src/driver/ladder/standings.ts';
import type { FinishedRung } from '../../../src/driver/ladder/standings.ts';

const rung = (grain: FinishedRung['grain'], keep: number, seed: number, heldOut: number, bits = keep): FinishedRung => ({
  grain,
  keep,
  seed,
  result: {
    error: { heldOut, test: 2 * heldOut },
    baseline: { heldOut: 0.5, test: 0.5 },
    control: { heldOut: 0.1 * seed, test: 0.3 },
    density: keep / 100,
    weightBits: bits,
    indexBits: 0,
    bits,
    paddingZeros: 0,
    denseBits: 100,
    references: keep,
    denseReferences: 100,
    seconds: 1,
    useless: false,
  },
});
const winnersOf = (rungs: readonly FinishedRung[]): unknown => standingsOf(rungs, ['elements', 'filters'], [20, 40]).winners;

describe('the winner', () => {
  it('has the smallest mean, judged by pairs of one seed', () => {
    // Seeds differ by far more than grains, which do not differ by chance.
    const rungs = [0.1, 0.5, 0.9].flatMap((error, seed) => [rung('elements', 40, seed, error), rung('filters', 40, seed, error + 0.01 + 0.001 * seed)]);
    expect(winnersOf(rungs)).toEqual([{ keep: 40, grain: 'elements', next: { grain: 'filters', difference: { mean: expect.closeTo(0.011), deviation: expect.closeTo(0.001) }, seeds: 3, clear: true } }]);
    expect(winnersOf([rung('elements', 40, 1, 0.1), rung('filters', 40, 1, 0.2), rung('elements', 40, 2, 0.3), rung('filters', 40, 2, 0.25)])).toMatchObject([{ grain: 'elements', next: { clear: false } }]);
    expect(winnersOf([rung('elements', 40, 1, 0.1), rung('filters', 40, 1, 0.2)])).toMatchObject([{ next: { seeds: 1, clear: false } }]);
  });

  it('of equal errors has fewer bits; alone there is none', () => {
    expect(winnersOf([rung('elements', 40, 1, 0.1, 50), rung('filters', 40, 1, 0.1, 40), rung('elements', 20, 1, 0.1)])).toMatchObject([{ keep: 40, grain: 'filters' }]);
  });
});

describe('the least that is kept', () => {
  it('is above the first share that exceeds the error of the dense network trained as long', () => {
    // Its mean over two seeds is 0.15.
    const rungs = [1, 2].flatMap((seed) => [rung('elements', 60, seed, 0.1), rung('elements', 40, seed, 0.2), rung('elements', 20, seed, 0.1), rung('filters', 60, seed, 0.2)]);
    const { least, control, means } = standingsOf(rungs, ['elements', 'filters'], [20, 40, 60]);
    expect(control?.heldOut?.mean).toBeCloseTo(0.15);
    expect(least).toMatchObject([{ grain: 'elements', at: { keep: 60 } }, { grain: 'filters' }]);
    expect(least?.[1]).not.toHaveProperty('at');
    expect(means.map(({ grain, keep }) => [grain, keep])).toEqual([['elements', 60], ['elements', 40], ['elements', 20], ['filters', 60]]);
  });

  it('is not known where nothing is held out', () => {
    const { result, ...rest } = rung('elements', 40, 1, 0.1);
    const unheld = { ...rest, result: { ...result, error: { test: 0.1 }, baseline: { test: 0.1 }, control: { test: 0.1 } } };
    const standings = standingsOf([unheld], ['elements'], [40]);
    expect(standings).not.toHaveProperty('least');
    expect(standings.means[0]).toMatchObject({ test: { mean: 0.1 } });
  });
});
