// Convolutions over one to three axes, with groups and dilations, and transposed ones. A sum is taken tap by tap, a row of the image at
// a time.

import { formatShape } from '../../base/tensor.ts';
import type { Operands, Operator } from './operator.ts';
import { expectRank } from './operator.ts';
import { fault, floats } from './value.ts';
import type { FloatValue } from './value.ts';
import { explicitPads, imageShape, perAxis, placesWithin, slidingWindow, triple } from './window.ts';
import type { Window } from './window.ts';

/** A row of an image, whose places are `stride` steps apart in the other: from places `first` up to before `last`. */
interface Row {
  readonly tap: number;
  /** Of place 0 in either image, which may lie outside. */
  readonly dense: number;
  readonly strided: number;
  readonly first: number;
  readonly last: number;
}

/**
 * All rows in which a tap of the window meets the image, for one channel of either side. Places of the `dense` image are windows;
 * those of the `strided` one are what a tap sees.
 */
function rowsOf({ kernel, strides, dilations, padsBefore, input, output }: Window): readonly Row[] {
  const rows: Row[] = [];
  const [, inputRows, inputColumns] = input;
  const [, outputRows, outputColumns] = output;
  for (let kd = 0; kd < kernel[0]; kd++) {
    const d = kd * dilations[0] - padsBefore[0];
    const [d0, d1] = placesWithin(d, strides[0], input[0], output[0]);
    for (let kh = 0; kh < kernel[1]; kh++) {
      const h = kh * dilations[1] - padsBefore[1];
      const [h0, h1] = placesWithin(h, strides[1], inputRows, outputRows);
      for (let kw = 0; kw < kernel[2]; kw++) {
        const w = kw * dilations[2] - padsBefore[2];
        const [first, last] = placesWithin(w, strides[2], inputColumns, outputColumns);
        const tap = (kd * kernel[1] + kh) * kernel[2] + kw;
        if (first >= last) continue;
        for (let od = d0; od < d1; od++) {
          for (let oh = h0; oh < h1; oh++) {
            const strided = ((od * strides[0] + d) * inputRows + oh * strides[1] + h) * inputColumns + w;
            rows.push({ tap, dense: (od * outputRows + oh) * outputColumns, strided, first, last });
          }
        }
      }
    }
  }
  return rows;
}

/** A window of one tap that takes every place sees an image as one long row. */
function flattened(window: Window): Window {
  const isPlain = [...window.kernel, ...window.strides].every((each) => each === 1) && [...window.padsBefore, ...window.padsAfter].every((pad) => pad === 0);
  if (!isPlain) return window;
  const all = window.input.reduce((size, extent) => size * extent, 1);
  return { ...window, input: [1, 1, all], output: [1, 1, all] };
}

const sizeOf = (extents: readonly number[]): number => extents.reduce((size, extent) => size * extent, 1);

function withBias(result: FloatValue, bias: FloatValue | undefined, channels: number, places: number): void {
  if (!bias) return;
  if (bias.data.length !== channels) fault(`has a bias of ${bias.data.length} for ${channels} filters`);
  for (let i = 0; i < result.data.length; i++) result.data[i] = bias.data[Math.floor(i / places) % channels] as number;
}

function expectKernel({ attributes }: Operands, weight: FloatValue, kernel: readonly number[]): void {
  const stated = attributes.mayInts('kernel_shape');
  if (stated && stated.join() !== kernel.join()) fault(`has a weight of ${formatShape(weight.shape)} for \`kernel_shape\` ${stated.join(', ')}`);
}

/** Channels that are added to a row in one go: it is then read and written a quarter as often. */
const together = 4;

/** From `out` to `end` of one image, and every `stride` from `into` on of the other. */
interface Span {
  readonly out: number;
  readonly end: number;
  readonly into: number;
  readonly stride: number;
}

function addOne(result: Float64Array, x: Float64Array, { out, end, into, stride }: Span, weight: number): void {
  for (let o = out, i = into; o < end; o++, i += stride) (result[o] as number) += weight * (x[i] as number);
}

/** Of four channels, which lie `inputs` apart, as do their weights by `taps`. */
function addFour(result: Float64Array, x: Float64Array, inputs: number, { out, end, into, stride }: Span, weights: Float64Array, at: number, taps: number): void {
  const [w0, w1, w2, w3] = [weights[at] as number, weights[at + taps] as number, weights[at + 2 * taps] as number, weights[at + 3 * taps] as number];
  for (let o = out, i = into; o < end; o++, i += stride) {
    (result[o] as number) += w0 * (x[i] as number) + w1 * (x[i + inputs] as number) + w2 * (x[i + 2 * inputs] as number) + w3 * (x[i + 3 * inputs] as number);
  }
}

function conv(operands: Operands): FloatValue {
  const { attributes } = operands;
  const [x, w] = [operands.floats('X'), operands.floats('W')];
  const [samples = 0, channels = 0, ...image] = expectRank(x, 3, 'an image');
  const [filters = 0, read = 0, ...kernel] = expectRank(w, 3, 'a weight');
  expectKernel(operands, w, kernel);
  const groups = attributes.int('group');
  if (groups < 1 || read * groups !== channels || filters % groups !== 0) fault(`has ${channels} channels and a weight of ${formatShape(w.shape)} in ${groups} groups`);
  const window = slidingWindow(attributes, image, kernel);
  const rows = rowsOf(flattened(window));
  const [inputs, outputs, taps] = [sizeOf(image), sizeOf(window.output), sizeOf(kernel)];
  const result = floats([samples, filters, ...imageShape(window.output, image.length)], undefined, x.type);
  withBias(result, operands.mayFloats('B'), filters, outputs);
  const stride = window.strides[2];
  for (let n = 0; n < samples; n++) {
    for (let m = 0; m < filters; m++) {
      const out = (n * filters + m) * outputs;
      const group = Math.floor(m / (filters / groups));
      for (let c = 0; c < read; c += together) {
        const count = Math.min(together, read - c);
        const into = (n * channels + group * read + c) * inputs;
        const weights = (m * read + c) * taps;
        for (const { tap, dense, strided, first, last } of rows) {
          const row = { out: out + dense + first, end: out + dense + last, into: into + strided + first * stride, stride };
          if (count === together) addFour(result.data, x.data, inputs, row, w.data, weights + tap, taps);
          else for (let i = 0; i < count; i++) addOne(result.data, x.data, { ...row, into: row.into + i * inputs }, w.data[weights + tap + i * taps] as number);
        }
      }
    }
  }
  return result;
}

/** The window by which the result would be convolved to the operand. */
function transposedWindow({ attributes }: Operands, image: readonly number[], kernel: readonly number[]): Window {
  const axes = image.length;
  const strides = perAxis(attributes, 'strides', axes, 1, 1);
  const dilations = perAxis(attributes, 'dilations', axes, 1, 1);
  const extra = perAxis(attributes, 'output_padding', axes, 0, 0);
  const autoPad = attributes.string('auto_pad');
  const isSame = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
  const stated = attributes.mayInts('output_shape') ?? (isSame ? image.map((extent, axis) => extent * (strides[axis] as number)) : undefined);
  // Older files count samples and channels in.
  const wanted = stated?.slice(-axes);
  const given = explicitPads(attributes, axes);
  const placed = image.map((extent, axis) => {
    const span = (kernel[axis] as number) * (dilations[axis] as number) - (dilations[axis] as number) + 1;
    const full = (extent - 1) * (strides[axis] as number) + span + (extra[axis] as number);
    if (!wanted) {
      const [before, after] = autoPad === 'VALID' ? [0, 0] : [given.before[axis] as number, given.after[axis] as number];
      return { before, after, output: full - before - after };
    }
    // Of a result larger than is filled, nothing is padded: zeros stand at its end.
    const total = Math.max(0, full - (wanted[axis] ?? fault(`has \`output_shape\` ${wanted.join(', ')} for ${axes} axes`)));
    const less = Math.floor(total / 2);
    const before = autoPad === 'SAME_UPPER' ? less : total - less;
    return { before, after: total - before, output: wanted[axis] as number };
  });
  if (placed.some(({ output }) => output < 1)) fault(`has a result of ${placed.map(({ output }) => output).join(' x ')}`);
  return {
    kernel: triple(kernel, 1),
    strides: triple(strides, 1),
    dilations: triple(dilations, 1),
    padsBefore: triple(placed.map(({ before }) => before), 0),
    padsAfter: triple(placed.map(({ after }) => after), 0),
    input: triple(placed.map(({ output }) => output), 1),
    output: triple(image, 1),
  };
}

function convTranspose(operands: Operands): FloatValue {
  const [x, w] = [operands.floats('X'), operands.floats('W')];
  const [samples = 0, channels = 0, ...image] = expectRank(x, 3, 'an image');
  const [read = 0, perGroup = 0, ...kernel] = expectRank(w, 3, 'a weight');
  const groups = operands.attributes.int('group');
  if (groups < 1 || read !== channels || channels % groups !== 0) fault(`has ${channels} channels and a weight of ${formatShape(w.shape)} in ${groups} groups`);
  expectKernel(operands, w, kernel);
  if (kernel.length !== image.length) fault(`has a window of ${kernel.length} axes over an image of ${image.length}`);
  const window = transposedWindow(operands, image, kernel);
  const rows = rowsOf(window);
  const filters = perGroup * groups;
  const [inputs, outputs, taps] = [sizeOf(image), sizeOf(window.input), sizeOf(kernel)];
  const result = floats([samples, filters, ...imageShape(window.input, image.length)], undefined, x.type);
  withBias(result, operands.mayFloats('B'), filters, outputs);
  const stride = window.strides[2];
  for (let n = 0; n < samples; n++) {
    for (let c = 0; c < channels; c++) {
      const from = (n * channels + c) * inputs;
      const group = Math.floor(c / (channels / groups));
      for (let m = 0; m < perGroup; m++) {
        const out = (n * filters + group * perGroup + m) * outputs;
        const weights = (c * perGroup + m) * taps;
        for (const { tap, dense, strided, first, last } of rows) {
          const weight = w.data[weights + tap] as number;
          for (let i = from + dense + first, o = out + strided + first * stride, end = from + dense + last; i < end; i++, o += stride) {
            (result.data[o] as number) += weight * (x.data[i] as number);
          }
        }
      }
    }
  }
  return result;
}

export const convolutionOperators: Readonly<Record<string, Operator>> = {
  Conv: { 1: conv },
  ConvTranspose: { 1: convTranspose },
};
