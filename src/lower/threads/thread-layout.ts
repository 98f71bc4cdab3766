// Where a tensor's elements lie among threads. A value of a kernel has at most three dimensions; x varies
// fastest. Images are NHWC: channels along x, columns along y, rows along z; what is left (samples, mostly)
// is counted by z too. Axes of one index take no dimension. A flattened image stays where the image lies.

import { invariant, present } from '../../base/invariant.ts';
import { sizeOf, type Shape } from '../../base/tensor.ts';
import type { ThreadDimension, ThreadExtents } from '../../ir/thread-kernel.ts';

/** An axis of a tensor along one dimension of threads. */
export interface PlacedAxis {
  readonly extent: number;
  readonly dimension: ThreadDimension;
  readonly stride: number;
}

export interface ThreadLayout {
  readonly shape: Shape;
  readonly extents: ThreadExtents;
  /** For each axis of the tensor, the placed axes that its index counts, outermost first. Flattening makes several. */
  readonly axes: readonly (readonly PlacedAxis[])[];
}

/** Logical axes, the fastest first. */
function orderOf(shape: Shape): readonly number[] {
  return shape.length === 4 ? [1, 3, 2, 0] : shape.map((_, d) => d).reverse();
}

export function threadLayout(shape: Shape): ThreadLayout {
  const extents: number[] = [];
  const axes: (readonly PlacedAxis[])[] = shape.map(() => []);
  for (const d of orderOf(shape)) {
    const extent = present(shape[d], 'extent');
    if (extent === 1) continue;
    const dimension = Math.min(extents.length, 2) as ThreadDimension;
    const stride = dimension < extents.length ? present(extents[dimension], 'extent') : 1;
    axes[d] = [{ extent, dimension, stride }];
    extents[dimension] = extent * stride;
  }
  return { shape, extents: extents.length === 0 ? [1] : extents, axes };
}

/** A view of a tensor in another shape: the same, or `[N, C*H*W]` of `[N, C, H, W]`. */
export function viewLayout(from: ThreadLayout, shape: Shape): ThreadLayout {
  if (shape.length === from.shape.length) return { ...from, shape };
  const [batch, ...rest] = from.axes;
  invariant(shape.length === 2 && sizeOf(shape) === sizeOf(from.shape), 'a view that is no flattening');
  return { shape, extents: from.extents, axes: [present(batch, 'batch'), rest.flat()] };
}

/** Positions along the dimensions for an index of one axis. */
export function placesAlong(layout: ThreadLayout, axis: number, index: number): readonly (readonly [ThreadDimension, number])[] {
  const parts = present(layout.axes[axis], 'axis');
  let rest = index;
  let inner = parts.reduce((product, part) => product * part.extent, 1);
  return parts.map(({ extent, dimension, stride }, i): readonly [ThreadDimension, number] => {
    inner /= extent;
    // What leaves the tensor (padding) leaves it outermost.
    const at = i < parts.length - 1 ? Math.floor(rest / inner) : rest;
    rest -= at * inner;
    return [dimension, at * stride];
  });
}

/** The place of each index of each axis in a list of the numbers, x fastest. */
export function flatPlaces(layout: ThreadLayout): readonly Int32Array[] {
  const [x = 1, y = 1] = layout.extents;
  const steps = [1, x, x * y];
  return layout.shape.map((extent, axis) =>
    Int32Array.from({ length: extent }, (_, i) => placesAlong(layout, axis, i).reduce((place, [dimension, at]) => place + at * present(steps[dimension], 'step'), 0)),
  );
}
