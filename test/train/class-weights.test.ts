import { expect, test } from 'vitest';
import { classCounts, lossWeights } from '../../src/train/class-weights.ts';

const labels = [0, 0, 0, 1, 2, 2, 1, 0];
// Two samples of class 0 and one of class 1 are held out.
const counts = classCounts(labels, Uint32Array.of(0, 2, 3, 4, 5), 3);

test('samples are counted where they are trained on', () => {
  expect(counts).toEqual([2, 1, 2]);
});

test('balanced weights make classes count alike, and are 1 on average over the samples', () => {
  const weights = lossWeights('balanced', counts);
  expect([...weights]).toEqual([5 / 6, 5 / 3, 5 / 6].map(Math.fround));
  const shares = counts.map((count, k) => count * (weights[k] ?? NaN));
  for (const share of shares) expect(share).toBeCloseTo(5 / 3, 5);
});

test('a list is taken as it is', () => {
  expect([...lossWeights([1, 4, 0.5], counts)]).toEqual([1, 4, 0.5]);
});
