// How far a softmax may be off. With logits x that are known up to e, a share lies between those that the
// logits most against it and most for it give:
//
//   p_i = sigmoid(x_i - log sum_{j != i} exp(x_j))      from    x_i - e_i,  x_j + e_j     to    x_i + e_i,  x_j - e_j
//
// so however large the logits are, no bound is NaN, and none is above what a share can be off: p_i or 1 - p_i.

import { zeros } from '../../base/tensor.ts';
import type { Attrs } from '../../ir/graph.ts';
import type { Arithmetic, Bounded } from '../../ir/error-bound.ts';
import { operand } from './shapes.ts';
import { logSoftmaxReference, softmaxReference } from './softmax.ts';

/** The least and the most that the log-odds of a row may be. */
interface LogOdds {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

/** @param off How far each of `logits` may be off. */
function logOdds(logits: Float64Array, off: Float64Array): LogOdds {
  const [below, above] = [-1, 1].map((sign) => logits.map((x, i) => x + sign * (off[i] as number))) as [Float64Array, Float64Array];
  const [othersBelow, othersAbove] = [logSumOfOthers(below), logSumOfOthers(above)];
  return {
    least: below.map((x, i) => x - (othersAbove[i] as number)),
    most: above.map((x, i) => x - (othersBelow[i] as number)),
  };
}

/** Row by row: log-odds of logits whose maximum has been subtracted; the subtraction is rounded, as are exponentials. */
function* rowsOf({ value, error }: Bounded, unit: number): Generator<{ readonly first: number; readonly odds: LogOdds }> {
  const [samples = 0, features = 0] = value.shape;
  for (let first = 0; first < samples * features; first += features) {
    const row = value.data.subarray(first, first + features);
    const maximum = row.reduce((most, x) => Math.max(most, x), -Infinity);
    const centred = row.map((x) => x - maximum);
    const off = centred.map((x, i) => {
      const carried = error.data[first + i] as number;
      return carried + unit * (1 + Math.abs(x) + carried);
    });
    yield { first, odds: logOdds(centred, off) };
  }
}

/** @param operands Logits [N, F]. */
export function softmaxBound(_attrs: Attrs, operands: readonly Bounded[], unit: number, { smallest }: Arithmetic): Bounded {
  const logits = operand(operands, 0);
  const value = softmaxReference(logits.value);
  const error = zeros(value.shape);
  // Of the sum and the division.
  const relative = unit * Math.sqrt(logits.value.shape[1] ?? 0);
  for (const { first, odds } of rowsOf(logits, unit)) {
    for (const i of odds.least.keys()) {
      const y = value.data[first + i] as number;
      const [least, most] = [sigmoid(odds.least[i] as number), sigmoid(odds.most[i] as number)];
      error.data[first + i] = Math.min(Math.max(most - y, y - least) + relative * most + 4 * smallest, Math.max(y, 1 - y));
    }
  }
  return { value, error };
}

/** Of the logarithms of the shares. @param operands Logits [N, F]. */
export function logSoftmaxBound(_attrs: Attrs, operands: readonly Bounded[], unit: number): Bounded {
  const logits = operand(operands, 0);
  const value = logSoftmaxReference(logits.value);
  const error = zeros(value.shape);
  // Of the sum and its logarithm.
  const absolute = unit * Math.sqrt(logits.value.shape[1] ?? 0);
  for (const { first, odds } of rowsOf(logits, unit)) {
    for (const i of odds.least.keys()) {
      const y = value.data[first + i] as number;
      const [least, most] = [logSigmoid(odds.least[i] as number), logSigmoid(odds.most[i] as number)];
      error.data[first + i] = Math.max(most - y, y - least) + absolute + unit * Math.abs(y);
    }
  }
  return { value, error };
}

function logSigmoid(x: number): number {
  return x < 0 ? x - Math.log1p(Math.exp(x)) : -Math.log1p(Math.exp(-x));
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
