// Dense arrays in row-major order.

import { invariant } from './invariant.ts';

export type Shape = readonly number[];

export interface Tensor<Data extends Float32Array | Float64Array = Float32Array | Float64Array> {
  readonly shape: Shape;
  /** Row-major (last dimension fastest), `sizeOf(shape)` elements. */
  readonly data: Data;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

/** Elements between neighbours along each dimension, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = shape.map(() => 1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = (strides[d + 1] as number) * (shape[d + 1] as number);
  return strides;
}

export function tensor<Data extends Float32Array | Float64Array>(shape: Shape, data: Data): Tensor<Data> {
  invariant(data.length === sizeOf(shape), () => `${data.length} elements for shape ${formatShape(shape)}`);
  return { shape, data };
}

export function zeros(shape: Shape): Tensor<Float64Array> {
  return tensor(shape, new Float64Array(sizeOf(shape)));
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, d) => extent === b[d]);
}

/** `[20, 24, 24]` */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
