// Local response normalisation (Krizhevsky et al. 2012), as Caffe defines it:
//
//   result = x / D^beta
//   across channels   D[n, c, y, x] = k + alpha / size   * sum over the `size` channels around c of x^2
//   within a channel  D[n, c, y, x] = k + alpha / size^2 * sum over the `size` x `size` places around (y, x) of x^2
//
// What lies outside is zero, and counted: within a channel, Caffe takes an average pool whose divisor counts padding.
//
// Across channels a window counts places, also those whose channel elimination has removed because it was zero. So a
// sliced node says where its channels stood (`positions`):
//
//   size 3, channels 0, 1, 4 of 0..4 kept       positions [0, 1, 3]: 1 and 3 are no neighbours, as 1 and 4 were none

import { flag, number, numbers, optional } from '../../ir/attributes.ts';
import type { SchemaOf } from '../../ir/attributes.ts';
import type { Index, Nest, NestExpr, TensorRef } from '../../ir/nest.ts';
import { add, along, constant, index, load, looked, mul, unary } from '../../ir/nest.ts';
import type { ParamSyntax } from '../../ir/surface-syntax.ts';
import { ShapeError } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { batchAxis, parallel, reduce, storeNest } from './nests.ts';
import { imageShape } from './shapes.ts';

export type LrnAttributes = {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
  readonly within: boolean;
  readonly positions?: readonly number[];
};
export const lrnAttributes: SchemaOf<LrnAttributes> = { size: number, alpha: number, beta: number, k: number, within: flag, positions: optional(numbers) };

export const lrnParams: readonly ParamSyntax<LrnAttributes>[] = [
  { name: 'size', doc: 'channels, or rows and columns, of the window: an odd number', type: 'count', default: 5 },
  { name: 'alpha', doc: 'factor of the mean square', type: 'positive', default: 1e-4 },
  { name: 'beta', doc: 'exponent', type: 'positive', default: 0.75 },
  { name: 'k', doc: 'what the mean square is added to', type: 'positive', default: 1 },
  { name: 'within', doc: 'whether the window lies within a channel instead of across channels', type: 'flag', default: false },
];

export interface LrnGeometry {
  readonly shape: readonly [samples: number, channels: number, rows: number, columns: number];
  readonly within: boolean;
  /** Places of the window on each side of its middle, as far as an input reaches. */
  readonly half: number;
  /** Squares that are summed. */
  readonly terms: number;
  /** What the sum of squares is multiplied by. */
  readonly share: number;
  readonly beta: number;
  readonly k: number;
  /** Where each channel stands, ascending from 0. */
  readonly positions: readonly number[];
  /** Whether all those places have a channel. */
  readonly whole: boolean;
}

/** @throws ShapeError */
export function lrnGeometry({ size, alpha, beta, k, within, positions: stood }: LrnAttributes, input: Shape, op: string): LrnGeometry {
  const shape = imageShape(input, op);
  if (size % 2 === 0) throw new ShapeError(`${op} takes windows of odd size, which have a middle, not ${size}`, `use size = ${size - 1} or size = ${size + 1}`);
  const positions = stood ?? Array.from({ length: shape[1] }, (_, c) => c);
  if (positions.length !== shape[1]) throw new ShapeError(`${op} takes ${positions.length} channels, not ${shape[1]}`);
  const last = positions.at(-1) ?? 0;
  // Wider windows hold no more.
  const half = Math.min((size - 1) / 2, within ? Math.max(shape[2], shape[3]) - 1 : last);
  const held = 2 * half + 1;
  return { shape, within, half, terms: within ? held * held : held, share: alpha / (within ? size * size : size), beta, k, positions, whole: last === shape[1] - 1 };
}

/** Attributes of the node on the kept channels; the others hold zeros. */
export function sliceLrn(attrs: LrnAttributes, kept: readonly number[] | undefined): LrnAttributes {
  const { size, within, positions: before } = attrs;
  if (!kept || within) return attrs;
  const apart = (size + 1) / 2;
  const positions: number[] = [];
  let last = NaN;
  for (const channel of kept) {
    const at = before ? (before[channel] ?? NaN) : channel;
    // Channels that are no neighbours need be no further apart than that.
    positions.push(positions.length === 0 ? 0 : (positions.at(-1) ?? 0) + Math.min(at - last, apart));
    last = at;
  }
  if (positions.at(-1) !== kept.length - 1) return { ...attrs, positions };
  const { positions: _, ...others } = attrs;
  return others;
}

/** By element, the sum over its window of `data`, which is of the geometry's shape. */
export function windowSums({ shape: [samples, channels, rows, columns], within, half, positions }: LrnGeometry, data: Float64Array): Float64Array {
  const sums = new Float64Array(data.length);
  const plane = rows * columns;
  const neighbours = positions.map((at) => [...positions.keys()].filter((c) => Math.abs((positions[c] ?? NaN) - at) <= half));
  for (let i = 0; i < samples * channels; i++) {
    const c = i % channels;
    if (!within) {
      for (const other of neighbours[c] ?? []) {
        const from = (i - c + other) * plane;
        for (let at = 0; at < plane; at++) sums[i * plane + at] = (sums[i * plane + at] as number) + (data[from + at] as number);
      }
      continue;
    }
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        let sum = 0;
        for (let v = Math.max(0, y - half); v <= Math.min(rows - 1, y + half); v++) {
          for (let u = Math.max(0, x - half); u <= Math.min(columns - 1, x + half); u++) sum += data[i * plane + v * columns + u] as number;
        }
        sums[i * plane + y * columns + x] = sum;
      }
    }
  }
  return sums;
}

/** D of every element. */
export function denominators(geometry: LrnGeometry, data: Float64Array): Float64Array {
  return windowSums(geometry, data.map((x) => x * x)).map((sum) => geometry.k + geometry.share * sum);
}

/** What window sums read and write. */
export interface WindowSum {
  readonly tensor: TensorRef;
  /** What an element adds. */
  readonly term: (element: NestExpr) => NestExpr;
  readonly write: TensorRef;
  readonly finish: NestExpr;
  /** Of {@link spreadShape}, where channels are missing. */
  readonly spread: TensorRef;
}

/** Nests that sum over the window of each element. */
export function windowNests(name: string, geometry: LrnGeometry, { tensor, term, write, finish, spread }: WindowSum): readonly Nest[] {
  const { shape: [samples, channels, rows, columns], within, half, positions, whole } = geometry;
  const [n, c, y, x, j] = [0, 1, 2, 3, 4] as const;
  const size = 2 * half + 1;
  const place: Index = whole ? index(-half, [c, 1], [j, 1]) : { offset: -half, terms: [{ axis: c, table: positions }, { axis: j, factor: 1 }] };
  const from = within ? [along(n), along(c), index(-half, [y, 1], [j, 1]), index(-half, [x, 1], [j + 1, 1])] : [along(n), place, along(y), along(x)];
  const sum: Nest = {
    name,
    axes: [batchAxis(samples), parallel('c', channels), parallel('y', rows), parallel('x', columns), reduce('j', size), ...(within ? [reduce('i', size)] : [])],
    write: { tensor: write, index: [along(n), along(c), along(y), along(x)] },
    combine: 'sum',
    initial: 0,
    value: term(load(whole ? tensor : spread, from, 0)),
    finish,
  };
  return whole ? [sum] : [spreadNest(`${name}.spread`, geometry, tensor, spread), sum];
}

/** Channels where they stood, with zeros in the places between. */
function spreadNest(name: string, { shape: [samples, , rows, columns], positions }: LrnGeometry, tensor: TensorRef, write: TensorRef): Nest {
  const places = spreadPlaces(positions);
  const axes = [batchAxis(samples), parallel('p', places.length), parallel('y', rows), parallel('x', columns)];
  return storeNest(name, axes, load(tensor, [along(0), looked(1, places), along(2), along(3)], 0), write);
}

/** A temporary for {@link windowNests}; none is needed where the channels are whole. */
export function spreadShape({ shape: [samples, , rows, columns], positions, whole }: LrnGeometry): readonly Shape[] {
  return whole ? [] : [[samples, spreadPlaces(positions).length, rows, columns]];
}

/** By place, its channel, or -1. */
function spreadPlaces(positions: readonly number[]): readonly number[] {
  return Array.from({ length: (positions.at(-1) ?? 0) + 1 }, (_, place) => positions.indexOf(place));
}

/** D of a sum of squares. */
export function denominatorOf({ k, share }: LrnGeometry, sum: NestExpr): NestExpr {
  return add(constant(k), mul(constant(share), sum));
}

/** base^-exponent of a positive base: by roots where the exponent is made of halves and quarters. */
export function inversePower(base: NestExpr, exponent: number): NestExpr {
  switch (exponent) {
    case 1:
      return unary('reciprocal', base);
    case 0.5:
      return unary('reciprocal', unary('sqrt', base));
    case 0.75:
      return unary('reciprocal', mul(unary('sqrt', base), unary('sqrt', unary('sqrt', base))));
    default:
      return unary('exp', mul(constant(-exponent), unary('log', base)));
  }
}
