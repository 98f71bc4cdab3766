// Pools: the mean or the largest element of each window.

import type { Operands, Operator } from './operator.ts';
import { expectRank } from './operator.ts';
import { emptyLike, floats, integers } from './value.ts';
import type { FloatValue, Value } from './value.ts';
import { imageShape, slidingWindow } from './window.ts';
import type { Triple, Window } from './window.ts';

const sizeOf = (extents: readonly number[]): number => extents.reduce((size, extent) => size * extent, 1);

/** The taps of the window at one place of the result. */
interface Place {
  /** Those in the image: where in it. */
  readonly inside: readonly number[];
  /** Those in the image or its padding; a window that is not whole may reach beyond both. */
  readonly padded: number;
}

/** What the window sees along one axis, at each place of the result. */
function placesAlong({ kernel, strides, dilations, padsBefore, padsAfter, input, output }: Window, axis: 0 | 1 | 2): readonly Place[] {
  const extent = input[axis];
  return Array.from({ length: output[axis] }, (_, place) => {
    const taps = Array.from({ length: kernel[axis] }, (_, k) => place * strides[axis] - padsBefore[axis] + k * dilations[axis]);
    return { inside: taps.filter((at) => at >= 0 && at < extent), padded: taps.filter((at) => at < extent + padsAfter[axis]).length };
  });
}

interface Pooled {
  readonly window: Window;
  /** Of the result. */
  readonly shape: readonly number[];
  /** The taps of each place of an image of the result: the same for every channel. */
  readonly places: readonly Place[];
}

function pooled({ attributes }: Operands, x: Value): Pooled {
  const [samples = 0, channels = 0, ...image] = expectRank(x, 3, 'an image');
  const isCeil = attributes.knows('ceil_mode') && attributes.int('ceil_mode') !== 0;
  const window = slidingWindow(attributes, image, attributes.ints('kernel_shape'), isCeil);
  const [, rows, columns] = window.input;
  const beside = (a: readonly Place[], b: readonly Place[], extent: number): Place[] =>
    a.flatMap((outer) => b.map((inner) => ({ inside: outer.inside.flatMap((at) => inner.inside.map((next) => at * extent + next)), padded: outer.padded * inner.padded })));
  const places = beside(beside(placesAlong(window, 0), placesAlong(window, 1), rows), placesAlong(window, 2), columns);
  return { window, shape: [samples, channels, ...imageShape(window.output, image.length)], places };
}

function averagePool(operands: Operands): FloatValue {
  const { attributes } = operands;
  const x = operands.floats('X');
  const { window, shape, places } = pooled(operands, x);
  const countsPadding = attributes.knows('count_include_pad') && attributes.int('count_include_pad') !== 0;
  const result = floats(shape, undefined, x.type);
  const [inputs, outputs] = [sizeOf(window.input), places.length];
  for (const [o, { inside, padded }] of places.entries()) {
    const count = countsPadding ? padded : inside.length;
    for (let image = 0; image * outputs < result.data.length; image++) {
      let sum = 0;
      for (const at of inside) sum += x.data[image * inputs + at] as number;
      result.data[image * outputs + o] = sum / count;
    }
  }
  return result;
}

/** The second result is where in the operand the largest element lies, images counted by rows or by columns. */
function maxPool(operands: Operands): readonly Value[] {
  const { attributes } = operands;
  const x = operands.value('X');
  const { window, shape, places } = pooled(operands, x);
  const isByColumns = attributes.knows('storage_order') && attributes.int('storage_order') !== 0;
  const result = emptyLike(x, shape);
  const [inputs, outputs] = [sizeOf(window.input), places.length];
  const found = new Float64Array(result.data.length);
  for (const [o, { inside }] of places.entries()) {
    for (let image = 0; image * outputs < result.data.length; image++) {
      const base = image * inputs;
      let best = inside[0];
      for (const at of inside) if ((x.data[base + at] as number) > (x.data[base + (best as number)] as number)) best = at;
      const i = image * outputs + o;
      (result.data as Float64Array)[i] = best === undefined ? -Infinity : (x.data[base + best] as number);
      found[i] = base + (isByColumns ? byColumns(best ?? 0, window.input) : (best ?? 0));
    }
  }
  return [result, integers('int64', shape, (i) => BigInt(found[i] as number))];
}

function byColumns(at: number, [depth, rows, columns]: Triple): number {
  const [d, h, w] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
  return d + depth * (h + rows * w);
}

/** Over all of an image, whatever its axes. */
function global(operands: Operands, reduce: (image: Float64Array) => number): FloatValue {
  const x = operands.floats('X');
  const [samples = 0, channels = 0, ...image] = expectRank(x, 2, 'an image');
  const inputs = sizeOf(image);
  const result = floats([samples, channels, ...image.map(() => 1)], undefined, x.type);
  for (let i = 0; i < result.data.length; i++) result.data[i] = reduce(x.data.subarray(i * inputs, (i + 1) * inputs));
  return result;
}

export const poolingOperators: Readonly<Record<string, Operator>> = {
  AveragePool: { 1: averagePool },
  MaxPool: { 1: maxPool },
  GlobalAveragePool: { 1: (operands) => global(operands, (image) => image.reduce((sum, each) => sum + each, 0) / image.length) },
  GlobalMaxPool: { 1: (operands) => global(operands, (image) => image.reduce((most, each) => Math.max(most, each), -Infinity)) },
};
