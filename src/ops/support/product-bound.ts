// How far a product of two operands may be off. It rises and falls with each, as the other's sign has it:
//
//   e(a b) = |a| e(b) + |b| e(a) + e(a) e(b) + unit |a b|

import { zeros } from '../../base/tensor.ts';
import type { Attrs } from '../../ir/graph.ts';
import type { Arithmetic, Bounded } from '../../ir/error-bound.ts';
import { operand } from './shapes.ts';

/** @param operands Of one shape; or one number of the second for each stretch of as many of the first. */
export function productBound(_attrs: Attrs, operands: readonly Bounded[], unit: number, { epsilon, smallest }: Arithmetic): Bounded {
  const [left, right] = [operand(operands, 0), operand(operands, 1)];
  const [value, error] = [zeros(left.value.shape), zeros(left.value.shape)];
  const places = left.value.data.length / right.value.data.length;
  for (const [at, a] of left.value.data.entries()) {
    const from = Math.floor(at / places);
    const b = right.value.data[from] as number;
    const [offA, offB] = [left.error.data[at] as number, right.error.data[from] as number];
    value.data[at] = a * b;
    error.data[at] = Math.abs(a) * offB + Math.abs(b) * offA + offA * offB + unit * Math.abs(a * b) + (unit / epsilon) * smallest;
  }
  return { value, error };
}
