// Where the rows and columns of a resized image come from. Along each axis, position o of the result stands at a coordinate
// of the operand, and takes the nearest element there, or two of them by how near they are. Beyond the edge it is the
// element at the edge. Coordinates and rounding are those of ONNX, operator Resize:
//
//   half_pixel              (o + 1/2) / scale - 1/2                    centres of elements meet (PyTorch's align_corners = False)
//   pytorch_half_pixel      the same, but 0 where the result has one element
//   half_pixel_symmetric    the same about the middle, where size is not scale * extent
//   asymmetric              o / scale                                  corners of elements meet
//   align_corners           o (extent - 1) / (scale * extent - 1)      centres of the elements at the edges meet
//   tf_half_pixel_for_nn    (o + 1/2) / scale

import { oneOf, optional, pair } from '../../ir/attributes.ts';
import type { Pair, SchemaOf } from '../../ir/attributes.ts';
import type { IndexTerm, NestExpr } from '../../ir/nest.ts';
import { add, constant, looked, mul } from '../../ir/nest.ts';
import { ShapeError } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { between, choose, sampleBatch } from './sampling.ts';
import { expectPositive, finiteShape, imageShape } from './shapes.ts';

export const modes = ['nearest', 'bilinear'] as const;
export const coordinateModes = ['half_pixel', 'pytorch_half_pixel', 'half_pixel_symmetric', 'asymmetric', 'align_corners', 'tf_half_pixel_for_nn'] as const;
export const roundings = ['prefer_floor', 'prefer_ceil', 'floor', 'ceil'] as const;

export type ResizeAttrs = {
  readonly size: Pair;
  /** Rows and columns of the result for one of the operand: where it is not size over extent. */
  readonly scale?: Pair;
  readonly mode: (typeof modes)[number];
  readonly coordinates: (typeof coordinateModes)[number];
  readonly rounding: (typeof roundings)[number];
};
export const resizeAttributes: SchemaOf<ResizeAttrs> = { size: pair, scale: optional(pair), mode: oneOf(...modes), coordinates: oneOf(...coordinateModes), rounding: oneOf(...roundings) };

/** What each position of the result is made of along an axis: (1 - weight) of one element and `weight` of another. */
export interface Sources {
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly weight: readonly number[];
}

export interface Resizing {
  /** NCHW */
  readonly from: Shape;
  readonly to: Shape;
  readonly rows: Sources;
  readonly columns: Sources;
}

/** @param from NCHW. @throws ShapeError */
export function resizing(attrs: ResizeAttrs, from: Shape, op: string): Resizing {
  const [samples, channels, ...extent] = imageShape(from, op);
  const { size } = attrs;
  for (const count of size) expectPositive(count, 'size');
  const scale = attrs.scale ?? [size[0] / extent[0], size[1] / extent[1]];
  if (!scale.every((each) => each > 0 && Number.isFinite(each))) throw new ShapeError(`scale must be above 0, not ${scale.join(' and ')}`);
  const along = (d: 0 | 1): Sources => sourcesOf(attrs, extent[d], size[d], scale[d]);
  return { from, to: finiteShape([samples, channels, ...size], `the result of ${op}`), rows: along(0), columns: along(1) };
}

function sourcesOf({ mode, coordinates, rounding }: ResizeAttrs, extent: number, size: number, scale: number): Sources {
  const at = Array.from({ length: size }, (_, o) => coordinateOf(coordinates, o, extent, size, scale));
  const held = (i: number): number => Math.min(Math.max(i, 0), extent - 1);
  if (mode === 'nearest') {
    const first = at.map((x) => held(rounded(x, rounding)));
    return { first, second: first, weight: at.map(() => 0) };
  }
  return { first: at.map((x) => held(Math.floor(x))), second: at.map((x) => held(Math.floor(x) + 1)), weight: at.map((x) => x - Math.floor(x)) };
}

function coordinateOf(mode: ResizeAttrs['coordinates'], o: number, extent: number, size: number, scale: number): number {
  switch (mode) {
    case 'half_pixel':
      return (o + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return size === 1 ? 0 : (o + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric':
      return (extent / 2) * (1 - size / (scale * extent)) + (o + 0.5) / scale - 0.5;
    case 'asymmetric':
      return o / scale;
    case 'align_corners':
      return scale * extent === 1 ? 0 : (o * (extent - 1)) / (scale * extent - 1);
    case 'tf_half_pixel_for_nn':
      return (o + 0.5) / scale;
  }
}

function rounded(x: number, rounding: ResizeAttrs['rounding']): number {
  switch (rounding) {
    case 'prefer_floor':
      return Math.ceil(x - 0.5);
    case 'prefer_ceil':
      return Math.floor(x + 0.5);
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
  }
}

/** One of the elements that a position is made of, and how much of it. */
export interface Source {
  readonly index: { readonly offset: 0; readonly terms: readonly IndexTerm[] };
  /** Undefined: all of it. */
  readonly weight: NestExpr | undefined;
}

/** @param axis The axis of a nest that walks the result. */
export function sourcesAlong(axis: number, { first, second, weight }: Sources): readonly Source[] {
  const from = (table: readonly number[]): Source['index'] => ({ offset: 0, terms: [{ axis, table }] });
  if (weight.every((each) => each === 0)) return [{ index: from(first), weight: undefined }];
  return [{ index: from(first), weight: weightExpr(axis, weight.map((each) => 1 - each)) }, { index: from(second), weight: weightExpr(axis, weight) }];
}

const unit = 2 ** 24;

/** Tables hold integers: weights are so many 2^-24, and so many 2^-48. */
function weightExpr(axis: number, weights: readonly number[]): NestExpr {
  const high = weights.map((each) => Math.floor(each * unit));
  const low = weights.map((each, i) => Math.round((each * unit - (high[i] as number)) * unit));
  const part = (table: readonly number[], of: number): NestExpr => mul(constant(of), { kind: 'index', index: looked(axis, table) });
  return low.every((each) => each === 0) ? part(high, 1 / unit) : add(part(high, 1 / unit), part(low, 1 / unit ** 2));
}

export function sampleResize(random: () => number): { readonly attrs: ResizeAttrs; readonly image: Shape; readonly batch: typeof sampleBatch } {
  const image = [sampleBatch.samples, between(random, 1, 5), between(random, 1, 5), between(random, 1, 5)];
  const size: Pair = [between(random, 1, 7), between(random, 1, 7)];
  const scale: Pair = [size[0] / (image[2] as number) + 0.1 * random(), size[1] / (image[3] as number) + 0.1 * random()];
  return { attrs: { size, ...(random() < 0.3 && { scale }), mode: choose(random, modes), coordinates: choose(random, coordinateModes), rounding: choose(random, roundings) }, image, batch: sampleBatch };
}
