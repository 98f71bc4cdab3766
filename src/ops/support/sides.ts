// An image within a larger one, of `padding` more rows and columns on each side.

import type { Shape } from '../../base/tensor.ts';
import { sizeOf } from '../../base/tensor.ts';
import { padding } from '../../ir/attributes.ts';
import type { Padding, SchemaOf } from '../../ir/attributes.ts';
import type { F64Tensor } from '../../ir/op.ts';
import { operand, imageShape } from './shapes.ts';
import { paddingSides } from './window.ts';

export type SidesAttrs = { readonly padding: Padding };
export const sidesAttributes: SchemaOf<SidesAttrs> = { padding };

/** NCHW. @param by 1: the image with its padding. -1: without. */
export function withSides(shape: Shape, attrs: SidesAttrs, by: 1 | -1, op: string): Shape {
  const [samples, channels, rows, columns] = imageShape(shape, op);
  const [top, bottom, left, right] = paddingSides(attrs.padding);
  return [samples, channels, rows + by * (top + bottom), columns + by * (left + right)];
}

/** Positions of the inner image's elements in the outer one, in order. */
export function innerPositions(inner: Shape, outer: Shape, attrs: SidesAttrs): Int32Array {
  const [top, , left] = paddingSides(attrs.padding);
  const [rows, columns] = [operand(inner, 2), operand(inner, 3)];
  const [height, width] = [operand(outer, 2), operand(outer, 3)];
  return Int32Array.from({ length: sizeOf(inner) }, (_, at) => {
    const [plane, y, x] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
    return (plane * height + y + top) * width + x + left;
  });
}

/** The inner image of an outer one. */
export function cropped(outer: F64Tensor, inner: Shape, attrs: SidesAttrs): F64Tensor {
  return { shape: inner, data: Float64Array.from(innerPositions(inner, outer.shape, attrs), (at) => outer.data[at] as number) };
}
