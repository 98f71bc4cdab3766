// Draws operands for an op's samples.

import { tensor, sizeOf } from '../../src/base/tensor.ts';
import { stream } from '../../src/base/random.ts';
import type { F64Tensor, Op, OpSample } from '../../src/ir/op.ts';

/** Uniform draws in [0, 1) of one seed, in order. */
export function uniformOf(seed: number): () => number {
  const draws = stream(seed, 'samples');
  let next = 0;
  return () => draws.uniform(next++);
}

export interface Drawn extends OpSample {
  readonly operands: readonly F64Tensor[];
}

/** A sample of the op with values: what it asks for, random normals elsewhere. */
export function draw(op: Op, seed: number): Drawn {
  const sample = op.sample(uniformOf(seed));
  const operands = sample.inputs.map((shape, i) => {
    const given = sample.values?.[i];
    const normals = stream(seed, `operand${i}`);
    return tensor(shape, Float64Array.from({ length: sizeOf(shape) }, (_, at) => (given ? (given[at] ?? NaN) : normals.normal(at))));
  });
  return { ...sample, operands };
}

/** Largest difference, relative to the largest value. */
export function relativeDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const [f, e] = [found[i] as number, expected[i] as number];
    if (f === e) continue;
    difference = Math.max(difference, Number.isNaN(f) || Number.isNaN(e) ? Infinity : Math.abs(f - e));
    largest = Math.max(largest, Math.abs(e));
  }
  return difference === 0 ? 0 : difference / Math.max(largest, 1e-300);
}
