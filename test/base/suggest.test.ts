import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../src/base/suggest.ts';

/** Insertions, deletions, replacements and swaps of neighbours, by the whole table. */
function distance(a: string, b: string): number {
  const table: number[][] = Array.from({ length: a.length + 1 }, () => []);
  const at = (i: number, j: number): number => table[i]?.[j] ?? Infinity;
  for (const [i, row] of table.entries()) {
    for (let j = 0; j <= b.length; j++) {
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      row[j] = i + j === 0 ? 0 : Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + Number(a[i - 1] !== b[j - 1]), swap);
    }
  }
  return at(a.length, b.length);
}

test('of names that begin alike, the nearest is nearest by edit distance, up to a third of its length and four', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 20 }).map((rest) => `n${rest}`);
  fc.assert(
    fc.property(name, fc.array(name, { maxLength: 4 }), (written, known) => {
      const limit = Math.min(4, Math.max(1, Math.floor(written.length / 3)));
      const distances = known.map((each) => distance(written, each));
      const least = Math.min(...distances);
      expect(nearest(written, known)).toBe(least <= limit ? known[distances.indexOf(least)] : undefined);
    }),
    { numRuns: 1000 },
  );
});

test('another beginning or another number is another word', () => {
  const known = ['relu', 'conv1', 'conv2', 'dense'];
  for (const written of ['gelu', 'selu', 'relu6', 'conv3', 'conv', 'conv12', 'sense']) expect(nearest(written, known)).toBeUndefined();
  for (const [written, meant] of [['rleu', 'relu'], ['erlu', 'relu'], ['cnov1', 'conv1'], ['con2', 'conv2'], ['dens', 'dense'], ['densse', 'dense']] as const) {
    expect(nearest(written, known)).toBe(meant);
  }
});

test('case, length and letters that grow in lower case', () => {
  expect(nearest('Conv1', ['pool1', 'CONV1'])).toBe('CONV1');
  expect(nearest('x'.repeat(65), ['x'.repeat(65)])).toBeUndefined();
  expect(nearest('İ'.repeat(40), ['İ'.repeat(40), 'i'.repeat(44)])).toBeUndefined();
  expect(didYouMean('dens', ['conv', 'dense'])).toBe('did you mean "dense"?');
  expect(didYouMean('relu', ['conv', 'dense'])).toBe('known: conv, dense');
});
