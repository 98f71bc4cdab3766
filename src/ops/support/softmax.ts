// Softmax in loop nests, with the maximum subtracted first so that no exponential overflows.

import type { Nest } from '../../ir/nest.ts';
import type { F64Tensor } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { along, input, load, sub, temporary, unary } from '../../ir/nest.ts';
import { batchAxis, parallel, reduce, storeNest } from './nests.ts';

/** Fills temporary 0 with the maximum of each sample, [N]. */
export function maximumNest(name: string, samples: number, features: number): Nest {
  const [n, f] = [along(0), along(1)] as const;
  return { name: `${name}.maximum`, axes: [batchAxis(samples), reduce('c', features)], write: { tensor: temporary(0), index: [n] }, combine: 'max', initial: -Infinity, value: load(input(0), [n, f]) };
}

/** Fills temporaries 0: maximum [N], 1: exp(input - maximum) [N, F], 2: its sum [N]. */
export function softmaxNests(name: string, samples: number, features: number): readonly Nest[] {
  const [n, f] = [along(0), along(1)] as const;
  const reduced = [batchAxis(samples), reduce('c', features)];
  return [
    maximumNest(name, samples, features),
    storeNest(`${name}.exponential`, [batchAxis(samples), parallel('c', features)], unary('exp', sub(load(input(0), [n, f]), load(temporary(0), [n]))), temporary(1)),
    { name: `${name}.sum`, axes: reduced, write: { tensor: temporary(2), index: [n] }, combine: 'sum', initial: 0, value: load(temporary(1), [n, f]) },
  ];
}

/** The temporaries of {@link softmaxNests}. */
export function softmaxTemporaries(samples: number, features: number): readonly (readonly number[])[] {
  return [[samples], [samples, features], [samples]];
}

export interface SoftmaxRow {
  /** log of the sum of exp(logits). */
  readonly logSum: number;
  /** Index of the first maximum. */
  readonly largest: number;
}

/** Writes the probabilities of row `n` of logits [N, F] and answers what the loss needs of it. */
export function softmaxRow(logits: F64Tensor, probabilities: F64Tensor, n: number): SoftmaxRow {
  const features = logits.shape[1] ?? 0;
  const first = n * features;
  let largest = 0;
  for (let f = 1; f < features; f++) if ((logits.data[first + f] as number) > (logits.data[first + largest] as number)) largest = f;
  const maximum = logits.data[first + largest] as number;
  let sum = 0;
  for (let f = 0; f < features; f++) {
    const e = Math.exp((logits.data[first + f] as number) - maximum);
    probabilities.data[first + f] = e;
    sum += e;
  }
  for (let f = 0; f < features; f++) probabilities.data[first + f] = (probabilities.data[first + f] as number) / sum;
  return { logSum: Math.log(sum) + maximum, largest };
}

/** Probabilities of all rows. */
export function softmaxReference(logits: F64Tensor): F64Tensor {
  const probabilities = zeros(logits.shape);
  for (let n = 0; n < (logits.shape[0] ?? 0); n++) softmaxRow(logits, probabilities, n);
  return probabilities;
}

/** Logarithms of the probabilities of all rows. */
export function logSoftmaxReference(logits: F64Tensor): F64Tensor {
  const logarithms = zeros(logits.shape);
  const [samples = 0, features = 0] = logits.shape;
  for (let first = 0; first < samples * features; first += features) {
    const row = logits.data.subarray(first, first + features);
    const maximum = row.reduce((most, x) => Math.max(most, x), -Infinity);
    const logSum = Math.log(row.reduce((sum, x) => sum + Math.exp(x - maximum), 0));
    logarithms.data.set(row.map((x) => x - maximum - logSum), first);
  }
  return logarithms;
}
