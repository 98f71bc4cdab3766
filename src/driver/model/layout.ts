// Images with their channels first (CHW, ours) and last (HWC).

import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { F64Tensor } from '../../ir/op.ts';

/** Where number i of `[N, H, W, C]` is in `[N, C, H, W]`; other ranks keep their order. @param shape Channels first. */
export function channelsLastOrder(shape: Shape): Int32Array {
  const [, channels = 1, rows = 1, columns = 1] = shape;
  const plane = rows * columns;
  return Int32Array.from({ length: sizeOf(shape) }, (_, i) => {
    if (shape.length !== 4) return i;
    const [sample, within] = [Math.floor(i / (channels * plane)), i % (channels * plane)];
    return sample * channels * plane + (within % channels) * plane + Math.floor(within / channels);
  });
}

export function channelsLast({ shape, data }: F64Tensor): Float64Array {
  return Float64Array.from(channelsLastOrder(shape), (from) => data[from] as number);
}

/** @param shape Of the result, channels first. */
export function channelsFirst(data: Float32Array, shape: Shape): Float32Array {
  const result = new Float32Array(data.length);
  for (const [i, to] of channelsLastOrder(shape).entries()) result[to] = data[i] as number;
  return result;
}
