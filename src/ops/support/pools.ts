// What the pooling ops share.

import { optional, pair, set } from '../../ir/attributes.ts';
import type { Pair, SchemaOf } from '../../ir/attributes.ts';
import type { AttrValue } from '../../ir/graph.ts';
import type { OpSample } from '../../ir/op.ts';
import type { AxisLinks } from '../../ir/pruning-rules.ts';
import type { ParamSyntax } from '../../ir/surface-syntax.ts';
import type { Axis, Index } from '../../ir/nest.ts';
import type { Shape } from '../../base/tensor.ts';
import { along, index } from '../../ir/nest.ts';
import { allLink, identityLink } from './axes.ts';
import { batchAxis, parallel, reduce, sequential } from './nests.ts';
import { between, sampleBatch, sampleWindow } from './sampling.ts';
import { imageShape } from './shapes.ts';
import { hasPadding, reachOf, slidePool, tapsOf, windowAttributes, windowOf } from './window.ts';
import type { Tap, WindowAttrs, WindowGeometry } from './window.ts';
import { windowParams, writtenWindow } from './written-window.ts';

/** Attributes that are left out: no dilation, and whole windows only. */
export type PoolAttrs = Omit<WindowAttrs, 'dilation'> & { readonly dilation?: Pair; readonly ceil?: true };
export const poolAttributes: SchemaOf<PoolAttrs> = { ...windowAttributes, dilation: optional(pair), ceil: optional(set) };

export interface PoolGeometry extends WindowGeometry {
  readonly samples: number;
  readonly channels: number;
  readonly input: Pair;
  readonly output: Pair;
}

/** @param input NCHW */
export function poolGeometry(attrs: PoolAttrs, input: Shape, op: string): PoolGeometry {
  const [samples, channels, rows, columns] = imageShape(input, op);
  const geometry = windowOf({ dilation: [1, 1], ...attrs });
  return { ...geometry, samples, channels, input: [rows, columns], output: slidePool(geometry, [rows, columns], attrs.ceil ?? false) };
}

/** Shape of the result, NCHW. */
export function pooledShape({ samples, channels, output }: PoolGeometry): Shape {
  return [samples, channels, ...output];
}

export function pooledFrom({ samples, channels, input }: PoolGeometry): Shape {
  return [samples, channels, ...input];
}

export const poolParams: readonly ParamSyntax<PoolAttrs>[] = [
  ...windowParams('rows and columns of the window', { sameAs: 'window' }, 'places outside the input that windows may cover, on each side'),
  { name: 'ceil', doc: 'whether a last window may reach over the edge', type: 'flag', default: false },
];

/** Attributes of checked arguments. */
export function writtenPool(args: ReadonlyMap<string, AttrValue>, operands: readonly Shape[], op: string): PoolAttrs {
  const { dilation, ...window } = writtenWindow(args, operands, op);
  return { ...window, ...(dilation.some((step) => step > 1) && { dilation }), ...(args.get('ceil') === true && { ceil: true }) };
}

/** One window over a whole image, NCHW. */
export function wholeWindow([, , rows = 1, columns = 1]: Shape): PoolAttrs {
  return { window: [rows, columns], stride: [rows, columns], padding: [0, 0] };
}

export function wholePool(input: Shape, op: string): PoolGeometry {
  return poolGeometry(wholeWindow(imageShape(input, op)), input, op);
}

/** Whether some window reaches outside the input. */
export function reachesOutside(geometry: PoolGeometry): boolean {
  const { stride, before, input, output } = geometry;
  const reach = reachOf(geometry);
  return hasPadding(geometry) || ([0, 1] as const).some((d) => (output[d] - 1) * stride[d] - before[d] + reach[d] > input[d]);
}

export function poolAxes(): AxisLinks {
  return [[identityLink(0), identityLink(1), allLink, allLink]];
}

/** Where a pool's nests go: axes n, c, y, x and the window's kh, kw (reduced). */
export function poolNestAxes({ samples, channels, output, window }: PoolGeometry): readonly Axis[] {
  return [batchAxis(samples), parallel('c', channels), parallel('y', output[0]), parallel('x', output[1]), reduce('kh', window[0]), reduce('kw', window[1])];
}

export const pooledIndex: readonly Index[] = [along(0), along(1), along(2), along(3)];

/** Indices of the input under those axes. */
export function pooledFromIndex({ stride, dilation, before }: WindowGeometry): readonly Index[] {
  return [along(0), along(1), index(-before[0], [2, stride[0]], [4, dilation[0]]), index(-before[1], [3, stride[1]], [5, dilation[1]])];
}

export interface ScatterAxes {
  readonly axes: readonly Axis[];
  /** Indices of the pooled map. */
  readonly from: readonly Index[];
  /** Indices of the input map. */
  readonly to: readonly Index[];
  /** The window's place as a number, kh * columns of the window + kw. */
  readonly place: Index;
}

/** Axes that give each window's places back to the input; all parallel where windows do not overlap. */
export function scatterAxes(geometry: PoolGeometry): ScatterAxes {
  const { samples, channels, output, window, stride, dilation, before } = geometry;
  const reach = reachOf(geometry);
  const disjoint = stride[0] >= reach[0] && stride[1] >= reach[1];
  const place = disjoint ? parallel : sequential;
  const [n, kh, kw, c, y, x] = [0, 1, 2, 3, 4, 5] as const;
  return {
    axes: [batchAxis(samples), place('kh', window[0]), place('kw', window[1]), parallel('c', channels), parallel('y', output[0]), parallel('x', output[1])],
    from: [along(n), along(c), along(y), along(x)],
    to: [along(n), along(c), index(-before[0], [y, stride[0]], [kh, dilation[0]]), index(-before[1], [x, stride[1]], [kw, dilation[1]])],
    place: index(0, [kh, window[1]], [kw, 1]),
  };
}

/** Whether every element of the input lies in exactly one window, and every window inside the input. */
export function tiles(geometry: PoolGeometry): boolean {
  const { window, stride, dilation, input, output } = geometry;
  return !hasPadding(geometry) && ([0, 1] as const).every((d) => stride[d] === window[d] && dilation[d] === 1 && output[d] * window[d] === input[d]);
}

/** Calls back for each output position of each plane and each tap inside the input, taps in order. */
export function forEachTap(geometry: PoolGeometry, visit: (from: number, to: number, tap: number) => void): void {
  const { samples, channels, input, output, stride } = geometry;
  const taps: readonly Tap[] = tapsOf(geometry, input, output);
  for (let plane = 0; plane < samples * channels; plane++) {
    const from = plane * output[0] * output[1];
    const to = plane * input[0] * input[1];
    for (const [t, tap] of taps.entries()) {
      for (let y = tap.rowFrom; y < tap.rowTo; y++) {
        for (let x = tap.colFrom; x < tap.colTo; x++) visit(from + y * output[1] + x, to + (y * stride[0] + tap.row) * input[1] + x * stride[1] + tap.col, t);
      }
    }
  }
}

export function sampleImage(random: () => number): Pick<OpSample, 'inputs' | 'batch'> {
  return { inputs: [[sampleBatch.samples, between(random, 1, 5), between(random, 1, 5), between(random, 1, 5)]], batch: sampleBatch };
}

export function samplePool(random: () => number): OpSample<PoolAttrs> & { readonly geometry: PoolGeometry } {
  const { attrs: { dilation, ...window }, extent } = sampleWindow(random, true);
  const dilated = dilation.some((step) => step > 1);
  const attrs: PoolAttrs = { ...window, ...(dilated && { dilation }), ...(random() < 0.3 && { ceil: true }) };
  const shape = [sampleBatch.samples, between(random, 1, 3), ...extent];
  return { attrs, inputs: [shape], batch: sampleBatch, geometry: poolGeometry(attrs, shape, 'pool') };
}
