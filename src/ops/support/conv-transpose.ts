// What the transposed convolutions share: their geometry and nests. A transposed convolution spreads each element of its
// operand over a window of its result; it is to a convolution what the gradient by the image is to it.
//
//   result[n, o, y*stride + kh*dilation - padding, x*...] += input[n, c, y, x] * weight[o, c, kh, kw]
//
// Rows of the result that are as far from a multiple of the stride read the same rows of the window. So each of these phases
// is a sum of products of its own, which nothing has to be cleared for and which an epilogue may follow:
//
//   stride 2, window 3, padding 1      even rows: kh = 1 of row y      odd rows: kh = 0 of row y + 1, kh = 2 of row y

import { grouped } from '../../base/number-text.ts';
import { sizeOf, zeros } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { flag, optional, pair } from '../../ir/attributes.ts';
import type { Padding, Pair, SchemaOf } from '../../ir/attributes.ts';
import type { AttrValue } from '../../ir/graph.ts';
import type { Index, Nest } from '../../ir/nest.ts';
import { accumulator, add, along, constant, index, input, load, looked, mul, result } from '../../ir/nest.ts';
import { ShapeError } from '../../ir/op.ts';
import type { F64Tensor } from '../../ir/op.ts';
import { batchAxis, parallel, reduce } from './nests.ts';
import { scatterTap } from './planes.ts';
import { between, sampleBatch, sampleWindow } from './sampling.ts';
import { imageShape, operand } from './shapes.ts';
import { hasPadding, reachOf, shortest, slide, tapsOf, windowAttributes, windowOf } from './window.ts';
import type { WindowAttrs, WindowGeometry } from './window.ts';

/** `padding`: rows and columns that the result lacks; `output_padding`: that it has more, below and to the right. */
export type SpreadAttrs = WindowAttrs & { readonly output_padding?: Pair; readonly bias: boolean };
export const spreadAttributes: SchemaOf<SpreadAttrs> = { ...windowAttributes, output_padding: optional(pair), bias: flag };

export interface SpreadGeometry extends WindowGeometry {
  readonly samples: number;
  readonly channels: number;
  readonly input: Pair;
  readonly output: Pair;
  /** Places in the window. */
  readonly positions: number;
}

/** Filters that read the same taps, a tap being channel * places of the window + place. */
export interface SpreadPart {
  readonly filters: number;
  readonly firstFilter: number;
  readonly taps: readonly number[];
}

const MOST_PLACES = 2 ** 24;
/** Each is a nest of its own. */
const MOST_PHASES = 2 ** 10;

/** @param image NCHW. @throws ShapeError */
export function spreadGeometry(attrs: SpreadAttrs, image: Shape, op: string): SpreadGeometry {
  const [samples, channels, rows, columns] = imageShape(image, op);
  const geometry = windowOf(attrs);
  const { window, stride, before, after } = geometry;
  const more = attrs.output_padding ?? [0, 0];
  // Of the window alone: it asks for whole numbers in range.
  slide({ ...geometry, before: [0, 0], after: [0, 0] }, reachOf(geometry));
  if (![...before, ...after, ...more].every((each) => Number.isSafeInteger(each) && each >= 0)) throw new ShapeError('padding must be whole numbers from 0');
  if (more.some((each, d) => each >= (stride[d] ?? 1))) throw new ShapeError(`output_padding ${more.join(' x ')} must be smaller than the stride ${stride.join(' x ')}`, 'it chooses between the sizes that a convolution of this stride makes the same of');
  if (stride[0] * stride[1] > MOST_PHASES) throw new ShapeError(`stride ${stride.join(' x ')} of ${op} is too large: at most ${MOST_PHASES} places may come of one`);
  const reach = reachOf(geometry);
  const extent = (d: 0 | 1): number => ((d === 0 ? rows : columns) - 1) * stride[d] + reach[d] - before[d] - after[d] + more[d];
  const output: Pair = [extent(0), extent(1)];
  if (output.some((each) => each < 1)) throw new ShapeError(`padding leaves nothing of the result: ${output.join(' x ')}`, 'use less padding');
  if (sizeOf(output) > MOST_PLACES) throw new ShapeError(`the result of ${op} would have ${grouped(sizeOf(output))} places a channel, at most ${grouped(MOST_PLACES)} are accepted`);
  return { ...geometry, samples, channels, input: [rows, columns], output, positions: window[0] * window[1] };
}

/** Attributes of checked arguments: with `same`, the result has `stride` times the rows and columns. */
export function writtenSpread(args: ReadonlyMap<string, AttrValue>): SpreadAttrs {
  const [window, stride, dilation, more] = ['window', 'stride', 'dilation', 'output_padding'].map((name) => args.get(name)) as unknown as readonly [Pair, Pair, Pair, Pair];
  const padding = args.get('padding') as Padding | 'same';
  const shared = { window, stride, dilation, bias: args.get('bias') as boolean };
  const withMore = (output: Pair): { readonly output_padding?: Pair } => (output.some((each) => each > 0) ? { output_padding: output } : {});
  if (padding !== 'same') return { ...shared, padding: shortest(padding), ...withMore(more) };
  const reach = reachOf({ window, dilation });
  // What the result would have beyond; where it would lack some, it is given them.
  const excess = ([0, 1] as const).map((d) => reach[d] + more[d] - stride[d]) as unknown as Pair;
  const [vertical, horizontal] = excess.map((each) => Math.max(0, each)) as unknown as Pair;
  const added = ([0, 1] as const).map((d) => more[d] + Math.max(0, -excess[d])) as unknown as Pair;
  return { ...shared, padding: shortest([Math.floor(vertical / 2), Math.ceil(vertical / 2), Math.floor(horizontal / 2), Math.ceil(horizontal / 2)]), ...withMore(added) };
}

/** @param weightAt Where the weight of filter o of a part for its tap t lies. */
export function spreadReference(geometry: SpreadGeometry, parts: readonly SpreadPart[], image: F64Tensor, weightAt: (part: number, o: number, t: number) => number, bias: F64Tensor | undefined): F64Tensor {
  const { samples, channels, input: extent, output, positions, stride } = geometry;
  const filters = parts.reduce((sum, part) => sum + part.filters, 0);
  const out = zeros([samples, filters, ...output]);
  const places = tapsOf(geometry, output, extent);
  for (let n = 0; n < samples; n++) {
    for (const [p, { filters: own, firstFilter, taps }] of parts.entries()) {
      for (let o = 0; o < own; o++) {
        const at = (n * filters + firstFilter + o) * sizeOf(output);
        const target = { data: out.data, at, columns: output[1] };
        for (const [t, tap] of taps.entries()) {
          const source = { data: image.data, at: (n * channels + Math.floor(tap / positions)) * sizeOf(extent), columns: extent[1] };
          scatterTap(source, target, weightAt(p, o, t), operand(places, tap % positions), stride);
        }
        const b = bias ? (bias.data[firstFilter + o] as number) : 0;
        for (let i = at; i < at + sizeOf(output); i++) out.data[i] = (out.data[i] as number) + b;
      }
    }
  }
  return out;
}

/** @param weight Where the weight of filter `o` (an axis) lies for the taps of these numbers, walked by axis `t`. */
export function spreadNests(name: string, geometry: SpreadGeometry, parts: readonly SpreadPart[], weight: (part: number, o: number, t: number, taps: readonly number[]) => readonly Index[], bias: boolean): readonly Nest[] {
  const { samples, output, positions, stride, dilation, before, window } = geometry;
  const [n, o, y, x, t] = [0, 1, 2, 3, 4] as const;
  return parts.flatMap((part, p) => {
    const ofPart = parts.length > 1 ? `${name}.part${p}` : name;
    const phases = Array.from({ length: Math.min(stride[0], output[0]) }, (_, row) => Array.from({ length: Math.min(stride[1], output[1]) }, (__, column): Pair => [row, column])).flat();
    return phases.map((phase): Nest => {
      const placeOf = (tap: number): Pair => [Math.floor((tap % positions) / window[1]), tap % window[1]];
      /** How many rows further a tap reads. */
      const apart = (tap: number, d: 0 | 1): number => (phase[d] + before[d] - placeOf(tap)[d] * dilation[d]) / stride[d];
      const taps = [...part.taps.keys()].filter((at) => ([0, 1] as const).every((d) => Number.isInteger(apart(operand(part.taps, at), d))));
      const filter = index(part.firstFilter, [o, 1]);
      const extent = (d: 0 | 1): number => Math.ceil((output[d] - phase[d]) / stride[d]);
      const axes = [batchAxis(samples), parallel('o', part.filters), parallel('y', extent(0)), parallel('x', extent(1))];
      const write = { tensor: result(0), index: [along(n), filter, index(phase[0], [y, stride[0]]), index(phase[1], [x, stride[1]])] };
      const own = phases.length > 1 ? `${ofPart}.phase${phase.join('x')}` : ofPart;
      if (taps.length === 0) return { name: own, axes, write, combine: 'store', initial: 0, value: bias ? load(input(2), [filter]) : constant(0) };
      const read = taps.map((at) => operand(part.taps, at));
      const slid = (axis: number, d: 0 | 1): Index => ({ offset: 0, terms: [{ axis, factor: 1 }, { axis: t, table: read.map((tap) => apart(tap, d)) }] });
      return {
        name: own,
        axes: [...axes, reduce('t', taps.length)],
        write,
        combine: 'sum',
        initial: 0,
        value: mul(load(input(0), [along(n), looked(t, read.map((tap) => Math.floor(tap / positions))), slid(y, 0), slid(x, 1)], 0), load(input(1), weight(p, o, t, taps))),
        ...(bias && { finish: add(accumulator, load(input(2), [filter])) }),
      };
    });
  });
}

/** Whether a channel that is the same everywhere is so behind it: only where each place of the result reads the same taps. */
export function spreadsEvenly(geometry: SpreadGeometry): boolean {
  return geometry.window.every((extent) => extent === 1) && geometry.stride.every((step) => step === 1) && !hasPadding(geometry);
}

/** A window and an image that it leaves something of. */
export function sampleSpread(random: () => number): { readonly attrs: Omit<SpreadAttrs, 'bias'>; readonly extent: Pair; readonly batch: typeof sampleBatch } {
  for (;;) {
    const { attrs } = sampleWindow(random, false);
    const extent: Pair = [between(random, 1, 4), between(random, 1, 4)];
    const more: Pair = [between(random, 0, attrs.stride[0] - 1), between(random, 0, attrs.stride[1] - 1)];
    const made = { ...attrs, ...(random() < 0.5 && { output_padding: more }) };
    try {
      spreadGeometry({ ...made, bias: false }, [1, 1, ...extent], 'sample');
      return { attrs: made, extent, batch: sampleBatch };
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
    }
  }
}
