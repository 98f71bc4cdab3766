// Rearrangements: an element of the result is an element of the operand, whose index is a sum of one offset for each axis of the
// result. Transposing, slicing, gathering, padding, tiling and broadcasting all are of this kind.

import { formatShape, sameShape, stridesOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { countOf, emptyLike, fault } from './value.ts';
import type { Value } from './value.ts';

/** Of an axis of the result: the offset in the operand for each place along it. Below 0: the element is no element of the operand. */
export type Offsets = readonly number[];

/** Indices into the operand, row-major in the result; -1 where it is no element of it. */
export function indicesOf(offsets: readonly Offsets[]): Int32Array {
  let indices = Int32Array.of(0);
  countOf(offsets.map(({ length }) => length));
  for (const along of offsets) {
    const next = new Int32Array(indices.length * along.length);
    let at = 0;
    for (const base of indices) for (const offset of along) next[at++] = base < 0 || offset < 0 ? -1 : base + offset;
    indices = next;
  }
  return indices;
}

/** @param filled What stands where no element does: the first of this value. */
export function pick<V extends Value>(value: V, offsets: readonly Offsets[], filled?: Value): V {
  const indices = indicesOf(offsets);
  const result = emptyLike(value, offsets.map(({ length }) => length));
  // Either both are doubles or both are integers.
  const [from, to] = [value.data as Float64Array, result.data as Float64Array];
  const fill = filled?.data[0] as number;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    to[i] = index < 0 ? fill : (from[index] as number);
  }
  return result;
}

/** All places along an axis, in order. */
function along(extent: number, stride: number): number[] {
  return Array.from({ length: extent }, (_, i) => i * stride);
}

/** The offsets of every axis of a value as it is: what a rearrangement of one axis leaves of the others. */
export function unmoved(shape: Shape): number[][] {
  const strides = stridesOf(shape);
  return shape.map((extent, axis) => along(extent, strides[axis] as number));
}

export function transposed<V extends Value>(value: V, perm: readonly number[]): V {
  const offsets = unmoved(value.shape);
  return pick(value, perm.map((axis) => offsets[axis] as number[]));
}

/** The shape that several are stretched to: extents are equal or 1, counted from the last axis. */
export function broadcastShape(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.flatMap((shape) => shape[axis - rank + shape.length] ?? []).filter((extent) => extent !== 1);
    if (new Set(extents).size > 1) fault(`has operands of shapes ${shapes.map(formatShape).join(' and ')}, which do not fit each other`);
    return extents[0] ?? 1;
  });
}

/** Offsets by which an operand of `shape` is stretched to a larger shape. */
export function stretched(shape: Shape, to: Shape): number[][] {
  countOf(to);
  if (!sameShape(broadcastShape([shape, to]), to)) fault(`has an operand of shape ${formatShape(shape)} where ${formatShape(to)} is wanted`);
  const strides = stridesOf(shape);
  return to.map((extent, axis) => {
    const own = axis - to.length + shape.length;
    return own < 0 || shape[own] === 1 ? Array.from({ length: extent }, () => 0) : along(extent, strides[own] as number);
  });
}

/** A value stretched to a shape; itself where it has it. */
export function broadcast<V extends Value>(value: V, shape: Shape): V {
  return sameShape(value.shape, shape) ? value : pick(value, stretched(value.shape, shape));
}
