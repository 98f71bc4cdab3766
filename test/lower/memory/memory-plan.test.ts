// Values share memory where their lives do not meet, and their padding lets them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planMemory, placeOf, type Life } from '../../../src/lower/memory/memory-plan.ts';

const life = (name: string, first: number, last: number, more: Partial<Life> = {}): Life => ({ name, size: 32, program: 'step', first, last, padding: undefined, ...more });

function placesOf(...lives: readonly Life[]): readonly number[] {
  const plan = planMemory(lives, 0);
  return lives.map(({ name }) => placeOf(plan, name));
}

test.each<[what: string, lives: readonly Life[], places: readonly number[]]>([
  ['one after another', [life('a', 0, 1), life('b', 2, 3)], [0, 0]],
  ['at once for a moment', [life('a', 0, 2), life('b', 2, 3)], [0, 32]],
  ['programs that never run at once', [life('a', 0, 9), life('b', 0, 9, { program: 'evaluate' })], [0, 0]],
  ['between runs', [life('a', -Infinity, Infinity), life('b', 2, 3, { program: 'evaluate' })], [0, 32]],
  ['padding beside none', [life('a', 0, 1, { padding: 'rows' }), life('b', 2, 3)], [0, 32]],
  ['padding alike', [life('a', 0, 1, { padding: 'rows' }), life('b', 2, 3, { padding: 'rows' })], [0, 0]],
  ['padding alike, at once', [life('a', 0, 2, { padding: 'rows' }), life('b', 2, 3, { padding: 'rows' })], [0, 32]],
  ['other padding', [life('a', 0, 1, { padding: 'rows' }), life('b', 2, 3, { padding: 'columns' })], [0, 32]],
  ['a gap between two', [life('a', 0, 1, { size: 48 }), life('b', 0, 9), life('c', 2, 3, { size: 20 }), life('d', 2, 3, { size: 16 })], [0, 48, 0, 32]],
])('%s', (_, lives, places) => {
  expect(placesOf(...lives)).toEqual(places);
});

const anyLife = fc.record({
  size: fc.integer({ min: 1, max: 100 }),
  program: fc.constantFrom('step', 'evaluate'),
  first: fc.integer({ min: 0, max: 9 }),
  length: fc.integer({ min: 0, max: 5 }),
  always: fc.boolean(),
  padding: fc.constantFrom(undefined, 'rows', 'columns'),
});

test('nobody writes into what another one holds, nor into the zeros that another one needs', () => {
  fc.assert(
    fc.property(fc.array(anyLife, { maxLength: 12 }), (drawn) => {
      const lives = drawn.map(({ size, program, first, length, always, padding }, i): Life => {
        const span = always ? { first: -Infinity, last: Infinity } : { first, last: first + length };
        // Values that lie alike are of one size.
        return { name: `v${i}`, size: padding === 'rows' ? 40 : padding === 'columns' ? 60 : size, program, ...span, padding };
      });
      const plan = planMemory(lives, 5);
      for (const [i, a] of lives.entries()) {
        expect(placeOf(plan, a.name)).toBeGreaterThanOrEqual(5);
        expect(placeOf(plan, a.name) + a.size).toBeLessThanOrEqual(plan.elements);
        for (const b of lives.slice(i + 1)) {
          const [first, second] = [placeOf(plan, a.name), placeOf(plan, b.name)];
          if (first + a.size <= second || second + b.size <= first) continue;
          const always = [a, b].some((each) => each.last === Infinity);
          const atOnce = always || (a.program === b.program && a.first <= b.last && b.first <= a.last);
          const isAlike = a.padding === b.padding && (a.padding === undefined || first === second);
          expect({ a, b, atOnce, isAlike }).toMatchObject({ atOnce: false, isAlike: true });
        }
      }
    }),
  );
});
