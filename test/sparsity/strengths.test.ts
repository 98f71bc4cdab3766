import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chosenAttempt, mostAttempts, nextFactor, scaledStrength } from '../../src/sparsity/strengths.ts';
import type { Attempt } from '../../src/sparsity/strengths.ts';

const attempt = (factor: number, reached: number, isAlive = true): Attempt => ({ factor, reached, isAlive });

/** All attempts of a search in which a factor leaves what `leaves` says. */
function search(limit: number, leaves: (factor: number) => number): Attempt[] {
  const attempts: Attempt[] = [];
  for (let next = nextFactor(attempts, limit); next !== undefined; next = nextFactor(attempts, limit)) {
    const reached = leaves(next);
    attempts.push(attempt(next, reached, reached > 0));
  }
  return attempts;
}

describe('strengths for a budget', () => {
  it('are found wherever the strengths begin, for a network that loses weights as they grow', () => {
    const numbers = fc.record({ begin: fc.double({ min: 0.1, max: 10, noNaN: true }), fall: fc.double({ min: 0.5, max: 2, noNaN: true }), share: fc.double({ min: 0.05, max: 0.8, noNaN: true }) });
    fc.assert(
      fc.property(numbers, ({ begin, fall, share }) => {
        const leaves = (factor: number): number => Math.round(10_000 / (1 + (factor * begin) ** fall));
        const attempts = search(10_000 * share, leaves);
        const reached = attempts[chosenAttempt(attempts, 10_000 * share) ?? -1]?.reached ?? Infinity;
        expect(attempts.length).toBeLessThanOrEqual(mostAttempts);
        expect(reached).toBeLessThanOrEqual(10_000 * share);
        expect(reached).toBeGreaterThan(0.85 * 10_000 * share);
      }),
    );
  });

  it('begin with those that are written, and end at once where these fit', () => {
    expect(nextFactor([], 100)).toBe(1);
    expect(search(100, () => 97)).toEqual([attempt(1, 97)]);
  });

  it('leave the most that is within the budget, whatever was tried last', () => {
    expect(chosenAttempt([attempt(1, 50), attempt(0.5, 120), attempt(0.7, 90), attempt(0.6, 101)], 100)).toBe(2);
    expect(chosenAttempt([{ ...attempt(1, 90), heldOut: 0.2 }, { ...attempt(2, 90), heldOut: 0.1 }], 100)).toBe(1);
    expect(chosenAttempt([attempt(1, 101), attempt(2, 0, false)], 100)).toBeUndefined();
  });

  it('stop where nothing lies between a network that is too large and one that is dead', () => {
    const attempts = search(100, (factor) => (factor < 3 ? 150 : 0));
    expect(attempts.length).toBeLessThanOrEqual(mostAttempts);
    expect(chosenAttempt(attempts, 100)).toBeUndefined();
    expect(Math.max(...attempts.filter(({ isAlive }) => isAlive).map(({ factor }) => factor))).toBeGreaterThan(2.5);
  });

  it('can be written down', () => {
    expect(scaledStrength(0.008, 1.35)).toBe(0.0108);
    expect(scaledStrength(0.1 + 0.2, 1)).toBe(0.1 + 0.2);
  });
});
