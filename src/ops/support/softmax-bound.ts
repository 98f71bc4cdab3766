// How far a softmax may be off. With logits x that are known up to e, a share lies between those that the
// logits most against it and most for it give:
//
//   p_i = sigmoid(x_i - log sum_{j != i} exp(x_j))      from    x_i - e_i,  x_j + e_j     to    x_i + e_i,  x_j - e_j
//
// so however large the logits are, no bound is NaN, and none is above what a share can be off: p_i or 1 - p_i.

import { zeros } from '../../base/tensor.ts';
import type { Arithmetic, Bounded } from '../../ir/op.ts';
import { operand } from './shapes.ts';
import { softmaxReference } from './softmax.ts';

/** @param operands Logits [N, F]. */
export function softmaxBound(operands: readonly Bounded[], unit: number, { smallest }: Arithmetic): Bounded {
  const logits = operand(operands, 0);
  const [samples = 0, features = 0] = logits.value.shape;
  const value = softmaxReference(logits.value);
  const error = zeros(value.shape);
  // Of the sum and the division.
  const relative = unit * Math.sqrt(features);
  for (let first = 0; first < samples * features; first += features) {
    const row = logits.value.data.subarray(first, first + features);
    const maximum = row.reduce((most, x) => Math.max(most, x), -Infinity);
    const centred = row.map((x) => x - maximum);
    // The maximum is subtracted before the exponential: a rounded difference, and a rounded exponential.
    const off = centred.map((x, i) => {
      const carried = logits.error.data[first + i] as number;
      return carried + unit * (1 + Math.abs(x) + carried);
    });
    const [below, above] = [-1, 1].map((sign) => centred.map((x, i) => x + sign * (off[i] as number))) as [Float64Array, Float64Array];
    const [othersBelow, othersAbove] = [logSumOfOthers(below), logSumOfOthers(above)];
    for (let i = 0; i < features; i++) {
      const y = value.data[first + i] as number;
      const least = sigmoid((below[i] as number) - (othersAbove[i] as number));
      const most = sigmoid((above[i] as number) - (othersBelow[i] as number));
      error.data[first + i] = Math.min(Math.max(most - y, y - least) + relative * most + 4 * smallest, Math.max(y, 1 - y));
    }
  }
  return { value, error };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** For each i, log of the sum of exp(x_j) over all other j: what comes before it and what comes after. */
function logSumOfOthers(x: Float64Array): Float64Array {
  const others = new Float64Array(x.length);
  let before = -Infinity;
  for (const [i, each] of x.entries()) {
    others[i] = before;
    before = logOfSum(before, each);
  }
  let after = -Infinity;
  for (let i = x.length - 1; i >= 0; i--) {
    others[i] = logOfSum(others[i] as number, after);
    after = logOfSum(after, x[i] as number);
  }
  return others;
}

/** log(exp(a) + exp(b)) */
function logOfSum(a: number, b: number): number {
  const [less, more] = a < b ? [a, b] : [b, a];
  return less === -Infinity ? more : more + Math.log1p(Math.exp(less - more));
}
