// What the loss of a sample is multiplied by, by its class:
//
//   loss of a batch = 1/B * sum over its samples of w[label] * cross entropy
//
// B is the number of samples, not the sum of their weights: a sample pulls as hard whatever is drawn beside it, and the
// rate means the same for every batch. (So do Keras's class weights; PyTorch's CrossEntropyLoss divides by the sum.)
// Evaluations do not weigh.

import type { ClassWeights } from '../ir/network.ts';

/** How many of some samples are of each class. */
export function classCounts(labels: ArrayLike<number>, samples: Uint32Array, classes: number): readonly number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const sample of samples) {
    const label = labels[sample] as number;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

/**
 * By class. `balanced`: w[k] = N / (K * n[k]) of N samples, n[k] of class k, and K classes, so that each class counts as
 * much as the others and the mean over all samples is 1 (King and Zeng 2001).
 * @param counts Of the samples that are trained on, each above 0.
 */
export function lossWeights(weights: ClassWeights, counts: readonly number[]): Float32Array {
  if (weights !== 'balanced') return Float32Array.from(weights);
  const samples = counts.reduce((sum, count) => sum + count, 0);
  return Float32Array.from(counts, (count) => samples / (counts.length * count));
}
