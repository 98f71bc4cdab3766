// What the pooling ops share.

import { pair } from '../../ir/attributes.ts';
import type { Pair, SchemaOf } from '../../ir/attributes.ts';
import type { AxisLinks, OpSample, ParamSyntax } from '../../ir/op.ts';
import type { Axis, Index } from '../../ir/nest.ts';
import type { Shape } from '../../base/tensor.ts';
import { sizeOf } from '../../base/tensor.ts';
import { along, index } from '../../ir/nest.ts';
import { allLink, identityLink } from './axes.ts';
import { batchAxis, parallel, reduce, sequential } from './nests.ts';
import { between, sampleBatch, sampleWindow } from './sampling.ts';
import { imageShape } from './shapes.ts';
import { slidePool, tapsOf, windowOf } from './window.ts';
import type { Tap, WindowGeometry } from './window.ts';

export type PoolAttrs = Pick<WindowGeometry, 'window' | 'stride' | 'padding'>;
export const poolAttributes: SchemaOf<PoolAttrs> = { window: pair, stride: pair, padding: pair };

export interface PoolGeometry extends WindowGeometry {
  readonly samples: number;
  readonly channels: number;
  readonly input: Pair;
  readonly output: Pair;
}

/** @param input NCHW */
export function poolGeometry(attrs: PoolAttrs, input: Shape, op: string): PoolGeometry {
  const [samples, channels, rows, columns] = imageShape(input, op);
  const geometry = windowOf(attrs);
  return { ...geometry, samples, channels, input: [rows, columns], output: slidePool(geometry, [rows, columns]) };
}

/** Shape of the result, NCHW. */
export function pooledShape({ samples, channels, output }: PoolGeometry): Shape {
  return [samples, channels, ...output];
}

export function pooledFrom({ samples, channels, input }: PoolGeometry): Shape {
  return [samples, channels, ...input];
}

export const poolParams: readonly ParamSyntax<PoolAttrs>[] = [
  { name: 'window', doc: 'rows and columns of the window', type: 'pair' },
  { name: 'stride', doc: 'step of the window', type: 'pair', default: { sameAs: 'window' } },
  { name: 'padding', doc: 'places outside the input that windows may cover, on each side', type: 'pair-from-zero', default: 0 },
];

export function poolAxes(): AxisLinks {
  return [[identityLink(0), identityLink(1), allLink, allLink]];
}

/** Where a pool's nests go: axes n, c, y, x and the window's kh, kw (reduced). */
export function poolNestAxes({ samples, channels, output, window }: PoolGeometry): readonly Axis[] {
  return [batchAxis(samples), parallel('c', channels), parallel('y', output[0]), parallel('x', output[1]), reduce('kh', window[0]), reduce('kw', window[1])];
}

export const pooledIndex: readonly Index[] = [along(0), along(1), along(2), along(3)];

/** Indices of the input under those axes. */
export function pooledFromIndex({ stride, padding }: WindowGeometry): readonly Index[] {
  return [along(0), along(1), index(-padding[0], [2, stride[0]], [4, 1]), index(-padding[1], [3, stride[1]], [5, 1])];
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
export function scatterAxes({ samples, channels, output, window, stride, padding }: PoolGeometry): ScatterAxes {
  const disjoint = stride[0] >= window[0] && stride[1] >= window[1];
  const place = disjoint ? parallel : sequential;
  const [n, kh, kw, c, y, x] = [0, 1, 2, 3, 4, 5] as const;
  return {
    axes: [batchAxis(samples), place('kh', window[0]), place('kw', window[1]), parallel('c', channels), parallel('y', output[0]), parallel('x', output[1])],
    from: [along(n), along(c), along(y), along(x)],
    to: [along(n), along(c), index(-padding[0], [y, stride[0]], [kh, 1]), index(-padding[1], [x, stride[1]], [kw, 1])],
    place: index(0, [kh, window[1]], [kw, 1]),
  };
}

/** Whether every element of the input lies in exactly one window, and every window inside the input. */
export function tiles({ window, stride, padding, input, output }: PoolGeometry): boolean {
  return ([0, 1] as const).every((d) => padding[d] === 0 && stride[d] === window[d] && output[d] * window[d] === input[d]);
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

/** Elements of the input that each output row's, and each output column's, windows hold. */
export function windowCounts({ window, stride, padding, input, output }: PoolGeometry): readonly [rows: readonly number[], columns: readonly number[]] {
  const counts = (d: 0 | 1): readonly number[] =>
    Array.from({ length: output[d] }, (_, at) => {
      const start = at * stride[d] - padding[d];
      return Math.min(input[d], start + window[d]) - Math.max(0, start);
    });
  return [counts(0), counts(1)];
}

/** The largest element of each window, NCHW. */
export function windowMaxima(geometry: PoolGeometry, image: Float64Array): Float64Array {
  const out = new Float64Array(sizeOf(pooledShape(geometry))).fill(-Infinity);
  forEachTap(geometry, (at, from) => {
    out[at] = Math.max(out[at] as number, image[from] as number);
  });
  return out;
}

export function samplePool(random: () => number): OpSample<PoolAttrs> & { readonly geometry: PoolGeometry } {
  const { attrs: { dilation: _, ...attrs }, extent } = sampleWindow(random, true);
  const shape = [sampleBatch.samples, between(random, 1, 3), ...extent];
  return { attrs, inputs: [shape], batch: sampleBatch, geometry: poolGeometry(attrs, shape, 'pool') };
}
