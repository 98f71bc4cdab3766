// Where the elements of a tensor lie. A layout is separable: the offset of an element is the sum, over its
// dimensions, of a function of the index there, linear or by table. That covers NHWC, halos of zeros,
// channels rounded up to whole vectors, blocked weights, and flattened views of any of them. No one above
// this floor knows of it.

import { invariant, present } from '../base/invariant.ts';
import { sizeOf, stridesOf, type Shape } from '../base/tensor.ts';

export type DimensionMap =
  | { readonly kind: 'linear'; readonly stride: number }
  /** `offsets[index]`, in elements. */
  | { readonly kind: 'table'; readonly offsets: readonly number[] };

export interface Layout {
  readonly shape: Shape;
  readonly dimensions: readonly DimensionMap[];
  /** Elements before index 0 and after the last one along each dimension that read as zero. */
  readonly halo: readonly { readonly before: number; readonly after: number }[];
  /** Indices along each dimension that belong to this tensor: those past the shape hold zeros. */
  readonly padded: readonly number[];
  /** Offset of the element at index 0 everywhere, from the start of the tensor's memory. */
  readonly origin: number;
  /** Elements of memory in all. */
  readonly size: number;
}

const noHalo = { before: 0, after: 0 };

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Row-major in the logical order of dimensions, without padding. */
export function planarLayout(shape: Shape): Layout {
  return {
    shape,
    dimensions: stridesOf(shape).map((stride) => ({ kind: 'linear', stride })),
    halo: shape.map(() => noHalo),
    padded: shape,
    origin: 0,
    size: sizeOf(shape),
  };
}

export interface Halo {
  readonly before: number;
  readonly after: number;
}

/**
 * Dimensions nested in `order` (outermost first), each with a halo, the innermost rounded up to `multiple`
 * elements. `[0, 2, 3, 1]` is NHWC of an NCHW tensor.
 */
export function orderedLayout(shape: Shape, order: readonly number[], multiple: number, halo: readonly Halo[] = shape.map(() => noHalo)): Layout {
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

/**
 * Weights packed for a register tile: rows (dimension 0) in blocks of `block`, within a block the columns,
 * within a column the block's rows. Columns run over dimensions `columnOrder`, outermost first.
 */
export function blockedLayout(shape: Shape, block: number, columnOrder: readonly number[]): Layout {
  const rows = present(shape[0], 'rows');
  const columns = columnOrder.reduce((product, d) => product * present(shape[d], 'extent'), 1);
  const dimensions: DimensionMap[] = shape.map(() => ({ kind: 'linear', stride: 0 }));
  let stride = block;
  for (const d of [...columnOrder].reverse()) {
    dimensions[d] = { kind: 'linear', stride };
    stride *= present(shape[d], 'extent');
  }
  const paddedRows = roundUp(rows, block);
  dimensions[0] = { kind: 'table', offsets: Array.from({ length: paddedRows }, (_, r) => Math.floor(r / block) * block * columns + (r % block)) };
  return { shape, dimensions, halo: shape.map(() => noHalo), padded: [paddedRows, ...shape.slice(1)], origin: 0, size: paddedRows * columns };
}

/** A `[N, C*H*W]` view of an `[N, C, H, W]` tensor's memory. */
export function flattenedLayout(from: Layout): Layout {
  const [batch, ...rest] = from.shape;
  const [batchMap, ...maps] = from.dimensions;
  const extents = rest;
  let offsets = [0];
  for (const [d, extent] of extents.entries()) {
    const map = present(maps[d], 'dimension');
    offsets = offsets.flatMap((offset) => Array.from({ length: extent }, (_, i) => offset + offsetAlong(map, i)));
  }
  const stride = (offsets[1] ?? 1) - (offsets[0] ?? 0);
  const linear = offsets.every((offset, i) => offset === i * stride);
  return {
    shape: [present(batch, 'batch'), offsets.length],
    dimensions: [present(batchMap, 'batch'), linear ? { kind: 'linear', stride: offsets.length > 1 ? stride : 1 } : { kind: 'table', offsets }],
    halo: [noHalo, noHalo],
    padded: [present(batch, 'batch'), offsets.length],
    origin: from.origin,
    size: from.size,
  };
}

/** Another shape over the same memory: the inverse of {@link flattenedLayout}, given where the unflattened tensor lies. */
export function offsetAlong(map: DimensionMap, index: number): number {
  if (map.kind === 'linear') return map.stride * index;
  const offset = map.offsets[index];
  invariant(offset !== undefined, () => `index ${index} outside a layout of ${map.offsets.length}`);
  return offset;
}

/** Element offset of a logical index from the start of the tensor's memory. */
export function offsetOf(layout: Layout, at: readonly number[]): number {
  return layout.dimensions.reduce((offset, map, d) => offset + offsetAlong(map, present(at[d], 'index')), layout.origin);
}

/** Copies logical row-major data to its places in `memory` from element `base` on. */
export function scatterInto(layout: Layout, data: ArrayLike<number>, memory: Float32Array, base: number): void {
  const axes = layout.shape.map((extent, d) => Int32Array.from({ length: extent }, (_, i) => offsetAlong(present(layout.dimensions[d], 'dimension'), i)));
  const walk = (d: number, from: number, offset: number, stride: number): void => {
    const axis = axes[d];
    if (!axis) {
      memory[offset] = data[from] as number;
      return;
    }
    const inner = stride / axis.length;
    for (let i = 0; i < axis.length; i++) walk(d + 1, from + i * inner, offset + (axis[i] as number), inner);
  };
  walk(0, 0, base + layout.origin, sizeOf(layout.shape));
}
