// Means and deviations of the samples that a network is trained on, for its input to be normalised by. They are the same
// bits whoever computes them: of bytes by sums of whole numbers, of other numbers by compensated sums (Neumaier 1974), in
// the order of the samples.
//
//   mean      of a channel: over its elements in all samples. Of a pixel: of one element, over the samples
//   deviation of a channel: the root of the mean square of what the mean leaves, so that it becomes 1

import { present } from '../base/invariant.ts';
import type { SampleSource } from '../base/samples.ts';
import { sizeOf } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import type { ParameterData } from '../ir/graph.ts';
import type { Parameter } from '../ir/network.ts';

export interface SampleSet {
  /** Of bytes, a value is byte / 255. */
  readonly source: SampleSource;
  /** Of a sample. */
  readonly shape: Shape;
  /** Numbers of those that count, at least one; they are read in this order. */
  readonly chosen: Uint32Array;
}

/** What was found for some parameters. */
export interface Measured {
  /** By name, rounded to f32. */
  readonly parameters: ReadonlyMap<string, ParameterData>;
  /** Channels of which nothing is left once the mean is subtracted. They are divided by 1. */
  readonly constant: readonly number[];
}

type Around = 'channel' | 'pixel';

/** @param parameters Whose start is a statistic. */
export function measure(parameters: readonly Parameter[], set: SampleSet): Measured {
  const sums = set.source.held instanceof Uint8Array ? sumsOfBytes(set) : sumsOfNumbers(set);
  const constant = new Set<number>();
  const found = parameters.map(({ name, shape, initial, least }) => {
    if (initial.kind !== 'statistic' || initial.of !== 'deviation') return [name, { shape, data: sums.means(shape.length > 1 ? 'pixel' : 'channel').map(Math.fround) }] as const;
    const data = sums.variances(initial.around).map((variance) => Math.fround(Math.sqrt(variance)));
    for (const [c, deviation] of data.entries()) {
      if (deviation >= present(least, `least ${name}`)) continue;
      constant.add(c);
      data[c] = 1;
    }
    return [name, { shape, data }] as const;
  });
  return { parameters: new Map(found), constant: [...constant] };
}

interface Sums {
  /** Of each channel, or of each element. */
  readonly means: (of: Around) => Float64Array;
  /** Of each channel. */
  readonly variances: (around: Around) => Float64Array;
}

function sumsOfBytes({ source: { held, locate }, shape, chosen }: SampleSet): Sums {
  const size = sizeOf(shape);
  const positions = size / present(shape[0], 'channel axis');
  // Exact up to 2^53, which takes more samples than there is memory for.
  const [sum, squares] = [new Float64Array(size), new Float64Array(size)];
  for (const sample of chosen) {
    for (let e = 0, at = locate(sample); e < size; e++, at++) {
      const byte = held[at] as number;
      sum[e] = (sum[e] as number) + byte;
      squares[e] = (squares[e] as number) + byte * byte;
    }
  }
  const count = chosen.length;
  /** count^2 * variance of elements that share a mean, as a whole number. */
  const spread = (from: number, to: number): bigint => {
    let [total, square] = [0n, 0n];
    for (let e = from; e < to; e++) {
      total += BigInt(sum[e] as number);
      square += BigInt(squares[e] as number);
    }
    return BigInt(count * (to - from)) * square - total * total;
  };
  return {
    means: (of) => meansOf(sum, of === 'channel' ? positions : 1, count * 255),
    variances: (around) =>
      eachChannel(size, positions, (from, to) => {
        if (around === 'channel') return Number(spread(from, to)) / (count * positions * 255) ** 2;
        let total = 0n;
        for (let e = from; e < to; e++) total += spread(e, e + 1);
        return Number(total) / (positions * (count * 255) ** 2);
      }),
  };
}

function sumsOfNumbers({ source: { held, locate }, shape, chosen }: SampleSet): Sums {
  const size = sizeOf(shape);
  const positions = size / present(shape[0], 'channel axis');
  const count = chosen.length;
  const summed = (value: (x: number, e: number) => number): Float64Array => {
    const [sum, lost] = [new Float64Array(size), new Float64Array(size)];
    for (const sample of chosen) {
      for (let e = 0, at = locate(sample); e < size; e++, at++) addTo(sum, lost, e, value(held[at] as number, e));
    }
    return sum.map((total, e) => total + (lost[e] as number));
  };
  const sum = summed((x) => x);
  const means = (of: Around): Float64Array => meansOf(sum, of === 'channel' ? positions : 1, count);
  return {
    means,
    variances: (around) => {
      const step = around === 'channel' ? positions : 1;
      const mean = means(around);
      const squares = summed((x, e) => (x - (mean[Math.floor(e / step)] as number)) ** 2);
      // Of equal numbers the mean may be another by its rounding.
      const varies = new Set<number>();
      const start = locate(present(chosen[0], 'sample'));
      const first = held.slice(start, start + size);
      for (const sample of chosen) {
        for (let e = 0, at = locate(sample); e < size; e++, at++) if (held[at] !== first[e - (e % step)]) varies.add(Math.floor(e / positions));
        if (varies.size === size / positions) break;
      }
      return eachChannel(size, positions, (from, to) => (varies.has(from / positions) ? total(squares, from, to) / (count * positions) : 0));
    },
  };
}

/** Means of runs of `step` elements. */
function meansOf(sum: Float64Array, step: number, count: number): Float64Array {
  return Float64Array.from({ length: sum.length / step }, (_, i) => total(sum, i * step, (i + 1) * step) / (count * step));
}

function eachChannel(size: number, positions: number, of: (from: number, to: number) => number): Float64Array {
  return Float64Array.from({ length: size / positions }, (_, c) => of(c * positions, (c + 1) * positions));
}

function total(values: Float64Array, from: number, to: number): number {
  const [sum, lost] = [new Float64Array(1), new Float64Array(1)];
  for (let i = from; i < to; i++) addTo(sum, lost, 0, values[i] as number);
  return (sum[0] as number) + (lost[0] as number);
}

/** `sum[i] += value`, with what rounding takes away in `lost`. */
function addTo(sum: Float64Array, lost: Float64Array, i: number, value: number): void {
  const before = sum[i] as number;
  const after = before + value;
  sum[i] = after;
  lost[i] = (lost[i] as number) + (Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before);
}
