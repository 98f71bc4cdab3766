// Images made larger or smaller. Along each axis an element of the result is a weighted sum of a few of the operand, so an axis is
// a sparse matrix, and axes are taken one after the other: nearest has one weight, linear two, cubic four, and antialias
// as many as a larger filter covers.

import { formatShape, sizeOf } from '../../base/tensor.ts';
import type { Operands, Operator } from './operator.ts';
import { axesOf, countOf, fault, floats } from './value.ts';
import type { FloatValue } from './value.ts';

/** Of an element of the result: the elements it is made of. Undefined: it lies outside, where an extrapolation stands. */
type Weights = readonly (readonly [at: number, weight: number])[] | undefined;

interface Axis {
  readonly axis: number;
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  /** Of tf_crop_and_resize: which part of the axis, from 0 to 1. */
  readonly roi: readonly [number, number];
}

interface Style {
  readonly mode: string;
  readonly transform: string;
  readonly nearest: string;
  readonly cubic: number;
  readonly excludesOutside: boolean;
  readonly antialias: boolean;
}

/** The place in the operand that an element of the result stands for. */
function originOf(x: number, { input, output, scale, roi }: Axis, transform: string): number {
  const length = input * scale;
  switch (transform) {
    case 'half_pixel':
      return (x + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric':
      // About the middle, where the sizes are not exactly as the scale says.
      return (input / 2) * (1 - output / length) + (x + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return output > 1 ? (x + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return length === 1 ? 0 : (x * (input - 1)) / (length - 1);
    case 'asymmetric':
      return x / scale;
    case 'tf_half_pixel_for_nn':
      return (x + 0.5) / scale;
    case 'tf_crop_and_resize':
      return output > 1 ? roi[0] * (input - 1) + (x * (roi[1] - roi[0]) * (input - 1)) / (output - 1) : 0.5 * (roi[0] + roi[1]) * (input - 1);
    default:
      return fault(`has the transformation ${transform}`);
  }
}

function nearestTo(x: number, nearest: string, scale: number): number {
  switch (nearest) {
    case 'round_prefer_floor':
      return Math.ceil(x - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    case 'simple':
      return scale < 1 ? Math.ceil(x) : Math.floor(x);
    default:
      return fault(`rounds by ${nearest}`);
  }
}

const linearFilter = (distance: number): number => Math.max(0, 1 - distance);

/** Keys, Cubic convolution interpolation, 1981. */
function cubicFilter(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0;
}

function weightsAt(x: number, axis: Axis, style: Style): Weights {
  const { input, scale } = axis;
  const origin = originOf(x, axis, style.transform);
  if (style.transform === 'tf_crop_and_resize' && (origin < 0 || origin > input - 1)) return undefined;
  const clamp = (at: number): number => Math.max(0, Math.min(input - 1, at));
  if (style.mode === 'nearest') return [[clamp(nearestTo(origin, style.nearest, scale)), 1]];
  const filter = style.mode === 'cubic' ? (distance: number): number => cubicFilter(distance, style.cubic) : linearFilter;
  const stretch = style.antialias ? Math.min(scale, 1) : 1;
  const reach = (style.mode === 'cubic' ? 2 : 1) / stretch;
  const taps: [number, number][] = [];
  for (let at = Math.floor(origin - reach) + 1; at < origin + reach; at++) {
    const isOutside = at < 0 || at >= input;
    taps.push([clamp(at), style.excludesOutside && isOutside ? 0 : filter(Math.abs(at - origin) * stretch)]);
  }
  const total = taps.reduce((sum, [, weight]) => sum + weight, 0);
  return taps.map(([at, weight]) => [at, weight / total]);
}

/** One axis resized. */
function alongAxis({ shape, data, type }: FloatValue, axis: Axis, weights: readonly Weights[], extrapolation: number): FloatValue {
  const inner = sizeOf(shape.slice(axis.axis + 1));
  const outer = sizeOf(shape.slice(0, axis.axis));
  const resized = shape.with(axis.axis, axis.output);
  const result = new Float64Array(countOf(resized));
  for (let o = 0; o < outer; o++) {
    for (const [x, taps] of weights.entries()) {
      const to = (o * axis.output + x) * inner;
      if (!taps) result.fill(extrapolation, to, to + inner);
      for (const [at, weight] of taps ?? []) {
        const from = (o * axis.input + at) * inner;
        for (let i = 0; i < inner; i++) (result[to + i] as number) += weight * (data[from + i] as number);
      }
    }
  }
  return floats(resized, result, type);
}

function resizeBy(x: FloatValue, axes: readonly Axis[], style: Style, extrapolation = 0): FloatValue {
  const weights = axes.map((axis) => Array.from({ length: countOf([axis.output]) }, (_, i) => weightsAt(i, axis, style)));
  const value = axes.reduce((each, axis, i) => alongAxis(each, axis, weights[i] as readonly Weights[], extrapolation), x);
  // Outside along one axis is outside, whatever the others make of it.
  if (style.transform !== 'tf_crop_and_resize') return value;
  return axes.reduce((each, { axis, output }, i) => {
    const inner = sizeOf(each.shape.slice(axis + 1));
    return floats(each.shape, each.data.map((number, at) => (weights[i]?.[Math.floor(at / inner) % output] ? number : extrapolation)), each.type);
  }, value);
}

/** The older forms: sizes follow from scales, and nothing can be chosen but the mode. */
const simple: Omit<Style, 'mode'> = { transform: 'asymmetric', nearest: 'simple', cubic: -0.75, excludesOutside: false, antialias: false };

function scaledAxes(shape: readonly number[], scales: readonly number[]): readonly Axis[] {
  if (scales.length !== shape.length || scales.some((scale) => !(scale > 0))) fault(`has scales ${scales.join(', ')} for ${formatShape(shape)}`);
  return shape.map((input, axis) => ({ axis, input, output: Math.floor(input * (scales[axis] as number)), scale: scales[axis] as number, roi: [0, 1] }));
}

function simpleResize(x: FloatValue, scales: readonly number[], mode: string): FloatValue {
  if (mode !== 'nearest' && mode !== 'linear') fault(`has the mode ${mode}`);
  return resizeBy(x, scaledAxes(x.shape, scales), { ...simple, mode });
}

function sizedAxes(shape: readonly number[], axes: readonly number[], sizes: readonly number[], policy: string): readonly Axis[] {
  if (sizes.length !== axes.length || sizes.some((size) => size < 0)) fault(`has sizes ${sizes.join(', ')} for ${axes.length} axes`);
  const scales = axes.map((axis, i) => (sizes[i] as number) / (shape[axis] as number));
  if (policy === 'stretch') return axes.map((axis, i) => ({ axis, input: shape[axis] as number, output: sizes[i] as number, scale: scales[i] as number, roi: [0, 1] }));
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
  return axes.map((axis) => ({ axis, input: shape[axis] as number, output: Math.floor((shape[axis] as number) * scale + 0.5), scale, roi: [0, 1] }));
}

function resize(operands: Operands): FloatValue {
  const { attributes, call } = operands;
  const x = operands.floats('X');
  const isYoung = call.version >= 18;
  const axes = axesOf((isYoung ? attributes.mayInts('axes') : undefined) ?? x.shape.map((_, axis) => axis), x.shape.length);
  const scales = operands.mayFloats('scales')?.data;
  const sizes = operands.mayNumbers('sizes');
  // An empty list is one that is left out.
  const [byScales, bySizes] = [(scales?.length ?? 0) > 0, (sizes?.length ?? 0) > 0];
  if (byScales === bySizes) fault(byScales ? 'has scales and sizes' : 'has neither scales nor sizes');
  if (byScales && scales?.length !== axes.length) fault(`has ${scales?.length} scales for ${axes.length} axes`);
  const found = byScales
    ? scaledAxes(axes.map((axis) => x.shape[axis] as number), [...(scales ?? [])]).map((axis, i) => ({ ...axis, axis: axes[i] as number }))
    : sizedAxes(x.shape, axes, sizes ?? [], isYoung ? attributes.string('keep_aspect_ratio_policy') : 'stretch');
  const transform = attributes.string('coordinate_transformation_mode');
  const roi = transform === 'tf_crop_and_resize' ? (operands.mayFloats('roi')?.data ?? []) : undefined;
  if (roi && roi.length !== 2 * axes.length) fault(`has a roi of ${roi.length} numbers for ${axes.length} axes`);
  const placed = roi ? found.map((axis, i) => ({ ...axis, roi: [roi[i] as number, roi[axes.length + i] as number] as const })) : found;
  const style: Style = {
    mode: attributes.string('mode'),
    transform,
    nearest: attributes.string('nearest_mode'),
    cubic: attributes.float('cubic_coeff_a'),
    excludesOutside: attributes.int('exclude_outside') !== 0,
    antialias: isYoung && attributes.int('antialias') !== 0,
  };
  return resizeBy(x, placed, style, attributes.float('extrapolation_value'));
}

/** Some files write `bilinear`, as the first version did. */
function linearOf({ attributes }: Operands): string {
  const mode = attributes.string('mode');
  return mode === 'bilinear' ? 'linear' : mode;
}

export const resizeOperators: Readonly<Record<string, Operator>> = {
  Resize: {
    10: (operands) => simpleResize(operands.floats('X'), [...operands.floats('scales').data], operands.attributes.string('mode')),
    11: resize,
  },
  Upsample: {
    7: (operands) => simpleResize(operands.floats('X'), operands.attributes.mayFloats('scales') ?? [], linearOf(operands)),
    9: (operands) => simpleResize(operands.floats('X'), [...operands.floats('scales').data], linearOf(operands)),
  },
};
