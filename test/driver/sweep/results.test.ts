import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { choose } from '../../../src/driver/sweep/choose.ts';
import { meansOverSeeds } from '../../../src/driver/sweep/means.ts';
import { candidatesOf, withFront } from '../../../src/driver/sweep/results.ts';
import type { SweepRun } from '../../../src/driver/sweep/results.ts';

const runOf = (hash: string, macs: number, heldOut?: number, useless = false): SweepRun => ({
  values: { x: macs },
  hash,
  run: `runs/${hash}`,
  state: 'finished',
  result: { ...(heldOut !== undefined && { heldOut }), error: 0.5, macs, weights: macs, seconds: 1, useless },
});
const frontOf = (runs: readonly SweepRun[]): readonly string[] => withFront(runs).filter(({ pareto }) => pareto).map(({ hash }) => hash);

test('the front is what no other run beats in both', () => {
  const points = fc.array(fc.record({ macs: fc.integer({ min: 0, max: 6 }), heldOut: fc.integer({ min: 0, max: 6 }) }), { maxLength: 20 });
  fc.assert(
    fc.property(points, (list) => {
      const runs = list.map(({ macs, heldOut }, i) => runOf(String(i), macs, heldOut / 6));
      const beaten = (a: SweepRun): boolean => list.some(({ macs, heldOut }) => macs <= (a.result?.macs ?? 0) && heldOut / 6 <= (a.result?.heldOut ?? 0) && (macs < (a.result?.macs ?? 0) || heldOut / 6 < (a.result?.heldOut ?? 0)));
      expect(frontOf(runs)).toEqual(runs.filter((run) => !beaten(run)).map(({ hash }) => hash));
    }),
  );
});

test('a network that answers nothing is on no front and is not chosen', () => {
  const runs = [runOf('dead', 0, 0.1, true), runOf('a', 10, 0.2), { values: { x: 1 }, hash: 'b', run: 'b', state: 'failed' as const }];
  expect(frontOf(runs)).toEqual(['a']);
  expect(candidatesOf(runs).map(({ hash }) => hash)).toEqual(['a']);
});

test('means over seeds are of the runs that have ended', () => {
  const of = (x: number, seed: number, heldOut: number): SweepRun => ({ ...runOf(`${x}-${seed}`, 10 * seed, heldOut), values: { x, seed } });
  const runs: SweepRun[] = [of(1, 1, 0.1), of(1, 2, 0.3), { ...of(2, 1, 0.5) }, { values: { x: 2, seed: 2 }, hash: 'f', run: 'f', state: 'failed' }, { values: { x: 3, seed: 1 }, hash: 'g', run: 'g', state: 'failed' }];
  expect(meansOverSeeds(runs)).toEqual([
    { values: { x: 1 }, runs: 2, heldOut: { mean: 0.2, deviation: expect.closeTo(Math.SQRT2 / 10) }, error: { mean: 0.5, deviation: 0 }, macs: { mean: 15, deviation: expect.closeTo(10 / Math.SQRT2) }, weights: { mean: 15, deviation: expect.closeTo(10 / Math.SQRT2) } },
    { values: { x: 2 }, runs: 1, heldOut: { mean: 0.5 }, error: { mean: 0.5 }, macs: { mean: 10 }, weights: { mean: 10 } },
  ]);
  expect(meansOverSeeds([of(1, 1, 0.1), of(2, 1, 0.3)])).toEqual([]);
});

describe('within a budget of MACs', () => {
  const runs = [runOf('a', 100, 0.01), runOf('b', 50, 0.02), runOf('c', 40, 0.02), runOf('d', 20, 0.5)];
  it.each([
    [1000, 'a'],
    [100, 'a'],
    [99, 'c'],
    [39, 'd'],
  ])('%i', async (macs, hash) => {
    expect(await choose(runs, { macs })).toMatchObject({ met: true, run: { hash } });
  });

  it('that is too small the nearest is told', async () => {
    expect(await choose(runs, { macs: 19 })).toMatchObject({ met: false, run: { hash: 'd' } });
    expect(await choose([], { macs: 19 })).toBeUndefined();
  });

  it('nothing is chosen where nothing is held out', async () => {
    await expect(choose([runOf('a', 1)], { macs: 10 })).rejects.toThrow('sweep/nothing-held-out');
  });
});
