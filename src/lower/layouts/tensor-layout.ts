// Where the elements of a tensor lie. A layout is separable: the offset of an element is the sum, over its
// dimensions, of a function of the index there, linear or by table. That covers NHWC, halos of zeros,
// channels rounded up to whole vectors, and flattened views of any of them. No floor above this one knows
// of it.
//
//   [1, 3, 5, 5] with a halo of one row and column, NHWC in vectors of four channels:
//     offset of (n, c, y, x) = origin 32 + 196 n + c + 28 y + 4 x

import { present } from '../../base/invariant.ts';
import { sizeOf, stridesOf, type Shape } from '../../base/tensor.ts';
import { offsetAt, type OffsetFunction } from './offset-function.ts';

/** Elements before index 0 and after the last index of a dimension that read as zero. */
export interface Halo {
  readonly before: number;
  readonly after: number;
}

/** All numbers are in elements. */
export interface TensorLayout {
  readonly shape: Shape;
  readonly dimensions: readonly OffsetFunction[];
  /** By dimension. */
  readonly halo: readonly Halo[];
  /** Indices along each dimension that belong to this tensor: those past the shape hold zeros. */
  readonly padded: readonly number[];
  /** Offset of the element at index 0 everywhere, from the start of the tensor's memory. */
  readonly origin: number;
  /** Elements of memory in all. */
  readonly size: number;
}

const noHalo: Halo = { before: 0, after: 0 };

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Row-major in the logical order of dimensions, without padding. */
export function planarLayout(shape: Shape): TensorLayout {
  return {
    shape,
    dimensions: stridesOf(shape).map((stride) => ({ kind: 'linear', stride })),
    halo: shape.map(() => noHalo),
    padded: shape,
    origin: 0,
    size: sizeOf(shape),
  };
}

/**
 * Dimensions nested in `order` (outermost first), each with a halo, the innermost rounded up to `multiple`
 * elements. `[0, 2, 3, 1]` is NHWC of an NCHW tensor.
 */
export function orderedLayout(shape: Shape, order: readonly number[], multiple: number, halo: readonly Halo[] = shape.map(() => noHalo)): TensorLayout {
  const strides: number[] = shape.map(() => 0);
  const padded = [...shape];
  let size = 1;
  let origin = 0;
  for (const [fromInside, d] of [...order].reverse().entries()) {
    const { before, after } = present(halo[d], 'halo');
    let extent = present(shape[d], 'extent') + before + after;
    if (fromInside === 0) {
      extent = roundUp(extent, multiple);
      if (before + after === 0) padded[d] = extent;
    }
    strides[d] = size;
    origin += before * size;
    size *= extent;
  }
  return { shape, dimensions: strides.map((stride) => ({ kind: 'linear', stride })), halo, padded, origin, size: Math.max(size, 1) };
}

/** A `[N, C*H*W]` view of an `[N, C, H, W]` tensor's memory. */
export function flattenedLayout(from: TensorLayout): TensorLayout {
  const [batch, ...extents] = from.shape;
  const [batchMap, ...maps] = from.dimensions;
  let offsets = [0];
  for (const [d, extent] of extents.entries()) {
    const map = present(maps[d], 'dimension');
    offsets = offsets.flatMap((offset) => Array.from({ length: extent }, (_, i) => offset + offsetAt(map, i)));
  }
  const stride = offsets[1] ?? 1;
  const isLine = offsets.every((offset, i) => offset === i * stride);
  return {
    shape: [present(batch, 'batch'), offsets.length],
    dimensions: [present(batchMap, 'batch'), isLine ? { kind: 'linear', stride } : { kind: 'table', offsets }],
    halo: [noHalo, noHalo],
    padded: [present(batch, 'batch'), offsets.length],
    origin: from.origin,
    size: from.size,
  };
}

/** Offset of each index of each dimension, relative to the element at index 0 everywhere. */
export function offsetsOf({ shape, dimensions }: TensorLayout): readonly Int32Array[] {
  return shape.map((extent, d) => Int32Array.from({ length: extent }, (_, i) => offsetAt(present(dimensions[d], 'dimension'), i)));
}
