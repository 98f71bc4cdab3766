// Operators that only say where elements are read from: a shape, and for each of its elements the place of one of the operand's. The
// same tables serve known numbers and values of the network.

import { formatShape, sizeOf, stridesOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { caps } from '../format/caps.ts';
import { refuse } from './refusal.ts';

export interface Arrangement {
  readonly shape: Shape;
  /** Row-major, of each element of the shape. Absent: in the same order. */
  readonly from?: Int32Array;
}

export function axisOf(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(found) || found < 0 || found >= rank) refuse('operand', `has the axis ${axis}, of ${rank} dimensions`);
  return found;
}

function checked(shape: Shape): Shape {
  if (shape.length > caps.rank || !(sizeOf(shape) <= caps.elements)) refuse('shape', `has a result of shape ${formatShape(shape)}, which is too large`);
  return shape;
}

/** @param place Of the element at these indices, which are used again. */
export function table(shape: Shape, place: (index: readonly number[]) => number): Int32Array {
  const from = new Int32Array(sizeOf(checked(shape)));
  const index = shape.map(() => 0);
  for (let i = 0; i < from.length; i++) {
    from[i] = place(index);
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d] = (index[d] as number) + 1;
      if ((index[d] as number) < (shape[d] as number)) break;
      index[d] = 0;
    }
  }
  return from;
}

/** @param wanted -1: what is left; 0: as it is, unless `zeros`. */
export function reshaped(shape: Shape, wanted: readonly number[], zeros = false): Arrangement {
  const size = sizeOf(shape);
  const known = wanted.map((extent, axis) => (extent === 0 && !zeros ? (shape[axis] ?? refuse('shape', `keeps dimension ${axis} of ${formatShape(shape)}, which it does not have`)) : extent));
  const rest = known.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  const result = known.map((extent) => (extent === -1 ? size / rest : extent));
  if (known.filter((extent) => extent === -1).length > 1 || result.some((extent) => !Number.isInteger(extent) || extent < 0) || sizeOf(result) !== size) {
    refuse('shape', `makes [${wanted.join(', ')}] of ${formatShape(shape)}, which has ${size} elements`);
  }
  return { shape: checked(result) };
}

export function flattened(shape: Shape, axis: number): Arrangement {
  const at = axis === shape.length ? axis : axisOf(axis, shape.length);
  return { shape: [sizeOf(shape.slice(0, at)), sizeOf(shape.slice(at))] };
}

export function squeezed(shape: Shape, axes: readonly number[] | undefined): Arrangement {
  const gone = axes?.map((axis) => axisOf(axis, shape.length)) ?? shape.flatMap((extent, axis) => (extent === 1 ? [axis] : []));
  for (const axis of gone) if (shape[axis] !== 1) refuse('shape', `takes away dimension ${axis} of ${formatShape(shape)}, which is not 1`);
  return { shape: shape.filter((_, axis) => !gone.includes(axis)) };
}

export function unsqueezed(shape: Shape, axes: readonly number[]): Arrangement {
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(axis, rank)));
  if (added.size < axes.length) refuse('operand', `has an axis twice: ${axes.join(', ')}`);
  let next = 0;
  return { shape: checked(Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (shape[next++] as number)))) };
}

export function transposed(shape: Shape, given: readonly number[] | undefined): Arrangement {
  const order = given ?? shape.map((_, axis) => shape.length - 1 - axis);
  if (order.length !== shape.length || new Set(order).size < order.length || order.some((axis) => !(axis in shape))) refuse('operand', `has the order [${order.join(', ')}] of ${shape.length} dimensions`);
  const result = order.map((axis) => shape[axis] as number);
  const strides = stridesOf(shape);
  const along = order.map((axis) => strides[axis] as number);
  return { shape: result, from: table(result, (index) => index.reduce((place, at, d) => place + at * (along[d] as number), 0)) };
}

export interface SliceAxes {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes?: readonly number[] | undefined;
  readonly steps?: readonly number[] | undefined;
}

export function sliced(shape: Shape, { starts, ends, axes = starts.map((_, axis) => axis), steps = starts.map(() => 1) }: SliceAxes): Arrangement {
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length) refuse('operand', 'has lists of different lengths');
  const first = shape.map(() => 0);
  const step = shape.map(() => 1);
  const result = [...shape];
  for (const [i, given] of axes.entries()) {
    const axis = axisOf(given, shape.length);
    const extent = shape[axis] as number;
    const by = steps[i] as number;
    if (by === 0) refuse('operand', 'has a step of 0');
    const place = (at: number): number => (at < 0 ? at + extent : at);
    const clamp = (at: number, least: number, most: number): number => Math.min(Math.max(at, least), most);
    const from = clamp(place(starts[i] as number), 0, by > 0 ? extent : extent - 1);
    const to = clamp(place(ends[i] as number), by > 0 ? 0 : -1, by > 0 ? extent : extent - 1);
    first[axis] = from;
    step[axis] = by;
    result[axis] = Math.max(0, Math.ceil((to - from) / by));
  }
  const strides = stridesOf(shape);
  return { shape: result, from: table(result, (index) => index.reduce((place, at, d) => place + ((first[d] as number) + at * (step[d] as number)) * (strides[d] as number), 0)) };
}

export function gathered(shape: Shape, indices: { readonly shape: Shape; readonly values: readonly number[] }, axis: number): Arrangement {
  const at = axisOf(axis, shape.length);
  const extent = shape[at] as number;
  const chosen = indices.values.map((value) => {
    const found = value < 0 ? value + extent : value;
    return found >= 0 && found < extent ? found : refuse('operand', `reads index ${value} of ${extent}`);
  });
  const [before, after] = [shape.slice(0, at), shape.slice(at + 1)];
  const [outer, inner, count] = [sizeOf(before), sizeOf(after), chosen.length];
  const result = checked([...before, ...indices.shape, ...after]);
  const from = new Int32Array(outer * count * inner);
  for (let o = 0, i = 0; o < outer; o++) for (const index of chosen) for (let k = 0; k < inner; k++) from[i++] = (o * extent + index) * inner + k;
  return { shape: result, from };
}

/** The parts that a split makes along an axis. */
export function split(shape: Shape, axis: number, parts: readonly number[]): readonly Arrangement[] {
  const at = axisOf(axis, shape.length);
  if (parts.reduce((sum, part) => sum + part, 0) !== shape[at] || parts.some((part) => part < 0)) refuse('shape', `divides ${shape[at]} elements into ${parts.join(', ')}`);
  let begin = 0;
  return parts.map((part) => {
    begin += part;
    return sliced(shape, { starts: [begin - part], ends: [begin], axes: [at] });
  });
}

/** As operands of different shapes meet: extents of 1 are repeated, missing ones are 1. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const at = (shape: Shape, axis: number): number => shape[axis - (rank - shape.length)] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const [x, y] = [at(a, axis), at(b, axis)];
    if (x !== y && x !== 1 && y !== 1) refuse('shape', `has operands of shapes ${formatShape(a)} and ${formatShape(b)}, which do not fit each other`);
    return x === 1 ? y : x;
  });
}

export function expanded(shape: Shape, wanted: Shape): Arrangement {
  const result = checked(broadcastShape(shape, wanted));
  if (result.length === shape.length && result.every((extent, axis) => extent === shape[axis])) return { shape: result };
  const strides = stridesOf(shape);
  const missing = result.length - shape.length;
  return { shape: result, from: table(result, (index) => shape.reduce((place, extent, d) => place + (extent === 1 ? 0 : (index[d + missing] as number) * (strides[d] as number)), 0)) };
}

export function tiled(shape: Shape, repeats: readonly number[]): Arrangement {
  if (repeats.length !== shape.length) refuse('operand', `repeats ${repeats.length} of ${shape.length} dimensions`);
  const strides = stridesOf(shape);
  const result = checked(shape.map((extent, axis) => extent * (repeats[axis] as number)));
  return { shape: result, from: table(result, (index) => index.reduce((place, at, d) => place + (at % (shape[d] as number)) * (strides[d] as number), 0)) };
}
