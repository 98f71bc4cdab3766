import { expect, it } from 'vitest';
import type { Program } from '../../../src/ir/graph.ts';
import { checkTime, shareForTime } from '../../../src/driver/prune/share-for-time.ts';
import type { TimeBudget, TimedShare } from '../../../src/driver/prune/share-for-time.ts';
import type { Sharing } from '../../../src/driver/run/sharing.ts';
import { present } from '../../../src/base/invariant.ts';
import { sharesWithin } from '../../../src/sparsity/shares.ts';
import { diagnosedAsync } from '../../data/diagnosed.ts';

const counts = [40, 60];
const costOf = ([a = NaN, b = NaN]: readonly number[]): number => 10 * a + 10 * b;
const sensitivities = counts.map((count) => [count, count / 2, count / 4].map((kept) => ({ kept, loss: 1 - kept / count })));

/** Parameters that say only what is kept. */
const sharing: Sharing = {
  whole: costOf(counts),
  counts,
  costOf,
  within: (limit) => sharesWithin(sensitivities, limit, costOf),
  pruned: (kept) => new Map([['kept', { shape: [kept.length], data: Float64Array.from(kept) }]]),
};

/** A budget of networks that take the milliseconds that `of` says, and what was told of them. */
function budget(allowed: number, of: (kept: readonly number[]) => number): TimeBudget & { readonly told: TimedShare[] } {
  const told: TimedShare[] = [];
  const timeOf = async (parameters: Program['parameters']): Promise<number> => of([...present(parameters.get('kept'), 'kept').data]);
  return { allowed, timeOf, onTimed: (timed) => void told.push(timed), told };
}

/** As many milliseconds as there are filters. */
const byFilters = (kept: readonly number[]): number => kept.reduce((a, b) => a + b, 0);

it('finds the largest share that keeps to 95% of the budget, in few tries', async () => {
  const asked = budget(60, byFilters);
  expect(await shareForTime(sharing, asked)).toEqual({ percent: 57, macs: 570, milliseconds: 57 });
  expect(asked.told.length).toBeLessThanOrEqual(7);
});

it('takes the quickest share where it keeps to the budget, though to no less', async () => {
  expect(await shareForTime(sharing, budget(2.05, byFilters))).toEqual({ percent: 2, macs: 20, milliseconds: 2 });
});

it('measures what takes too long again, as other work of the machine makes it longer', async () => {
  const calls = new Map<string, number>();
  const disturbed = (kept: readonly number[]): number => {
    const before = calls.get(kept.join()) ?? 0;
    calls.set(kept.join(), before + 1);
    return byFilters(kept) + (before === 0 ? 100 : 0);
  };
  expect(await shareForTime(sharing, budget(60, disturbed))).toMatchObject({ percent: 57 });
});

it('says how long the quickest takes where none is quick enough', async () => {
  const { code, message } = await diagnosedAsync(shareForTime(sharing, budget(10, (kept) => 12 + byFilters(kept))));
  expect(code).toBe('prune/too-slow');
  expect(message).toBe('of the smaller networks that were tried the quickest, with 2% of the MACs, takes 14 ms a run here, and 10 ms are allowed');
});

it('has nothing to search where the whole network keeps to the budget', async () => {
  expect((await diagnosedAsync(checkTime(sharing, budget(100, byFilters)))).code).toBe('prune/fits');
  await expect(checkTime(sharing, budget(99, byFilters))).resolves.toBeUndefined();
});

it('has nothing to search where neither one filter a layer nor a vector of them is quick enough', async () => {
  expect((await diagnosedAsync(checkTime(sharing, budget(1.9, byFilters)))).code).toBe('prune/too-slow');
  // Of single filters no vector is made.
  await expect(checkTime(sharing, budget(10, (kept) => (kept[0] === 1 ? 50 : byFilters(kept))))).resolves.toBeUndefined();
});
