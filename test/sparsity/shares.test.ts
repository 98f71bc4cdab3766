import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharesWithin } from '../../src/sparsity/shares.ts';
import type { Sensitivity } from '../../src/sparsity/shares.ts';

/** Layers with so many groups, what each group costs, and how the loss grows as they go. */
const layers = fc.array(fc.record({ total: fc.integer({ min: 1, max: 60 }), price: fc.integer({ min: 1, max: 50 }), growth: fc.array(fc.double({ min: -0.01, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }) }), { minLength: 1, maxLength: 4 });

function sensitivityOf({ total, growth }: { readonly total: number; readonly growth: readonly number[] }): Sensitivity {
  let loss = 1;
  const counts = [...new Set([0.6, 0.3, 0.1].map((share) => Math.max(1, Math.round(share * total))))].filter((kept) => kept < total);
  return [{ kept: total, loss }, ...counts.map((kept, i) => ({ kept, loss: (loss += growth[i] ?? 0) }))];
}

describe('shares of a budget', () => {
  it('are within it, and no group more of any layer would be', () => {
    fc.assert(
      fc.property(layers, fc.double({ min: 0.01, max: 1, noNaN: true }), (drawn, share) => {
        // A layer's cost goes by what is left of it and of the one before.
        const costOf = (kept: readonly number[]): number => kept.reduce((sum, count, i) => sum + count * (drawn[i]?.price ?? NaN) * (kept[i - 1] ?? 1), 0);
        const all = drawn.map(({ total }) => total);
        const budget = share * costOf(all);
        const found = sharesWithin(drawn.map(sensitivityOf), budget, costOf);
        const least = costOf(all.map(() => 1));
        expect(found.kind).toBe(least > budget ? 'beyond' : 'within');
        const kept = found.kind === 'within' ? found.kept : all.map(() => 1);
        expect(found).toEqual(found.kind === 'within' ? { kind: 'within', kept, cost: costOf(kept) } : { kind: 'beyond', least });
        expect(found.kind === 'within' && costOf(kept) > budget).toBe(false);
        expect(kept.every((count, i) => count >= 1 && count <= (all[i] ?? NaN))).toBe(true);
        const larger = kept.flatMap((count, i) => (count < (all[i] ?? NaN) ? [costOf(kept.with(i, count + 1))] : []));
        expect(larger.every((cost) => cost > budget)).toBe(true);
      }),
    );
  });

  it('take from the layer that can lose the most', () => {
    const tough: Sensitivity = [{ kept: 20, loss: 1 }, { kept: 10, loss: 3 }, { kept: 5, loss: 4 }, { kept: 1, loss: 5 }];
    const soft: Sensitivity = [{ kept: 20, loss: 1 }, { kept: 10, loss: 1.01 }, { kept: 5, loss: 1.02 }, { kept: 1, loss: 1.5 }];
    const found = sharesWithin([tough, soft], 26, ([a = 0, b = 0]) => a + b);
    expect(found).toEqual({ kind: 'within', kept: [20, 6], cost: 26 });
  });

  it('of millions of groups are exact after few looks', () => {
    // Of the second a group costs fifty times as much, and every hundredth group of the first takes one of the third with it.
    const totals = [3_000_000, 40_000, 1_000_000];
    const sensitivities = totals.map((total, i): Sensitivity => [1, 0.5, 0.25, 0.05].map((share, at) => ({ kept: Math.round(share * total), loss: 1 + (i + 1) * at ** 2 })));
    let looks = 0;
    const costOf = ([a = 0, b = 0, c = 0]: readonly number[]): number => {
      looks++;
      return a + 50 * b + Math.min(c, 800_000 + Math.floor(a / 100));
    };
    const found = sharesWithin(sensitivities, 2_000_000, costOf);
    expect(found).toMatchObject({ kind: 'within', cost: 2_000_000 });
    expect(looks).toBeLessThan(100);
  });

  it('leave everything where that is within the budget', () => {
    expect(sharesWithin([[{ kept: 7, loss: 1 }, { kept: 1, loss: 0.5 }]], 100, ([kept = 0]) => kept)).toEqual({ kind: 'within', kept: [7], cost: 7 });
  });
});
