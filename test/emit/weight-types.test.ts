// Weights in fewer bits: what rounding makes of them, and that packing and widening change no bit of anything.

import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { halfBits, halfToNumber, roundToHalf } from '../../src/base/half.ts';
import { weightTypes } from '../../src/emit/weight-types/index.ts';
import { f16 } from '../../src/emit/weight-types/f16.ts';
import { int8, most, scaleOf } from '../../src/emit/weight-types/int8.ts';
import type { WeightType } from '../../src/emit/weight-types/weight-type.ts';
import type { Segment } from '../../src/ir/kernel.ts';
import { widenBytes, widenHalves } from '../../src/runtime/widen.ts';

const decoders: Readonly<Record<string, typeof widenBytes>> = { widenBytes, widenHalves };

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Numbers of all magnitudes that f32 has, the smallest too. */
const floats = fc.float({ noNaN: true, noDefaultInfinity: true });
const rows = fc.oneof(fc.array(fc.float({ noNaN: true, min: -2, max: 2 }), { minLength: 1, maxLength: 40 }), fc.array(floats, { minLength: 1, maxLength: 40 }));

function largestOf(row: readonly number[]): number {
  return row.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);
}

/** Memory with segments in place, by way of packed bytes that lie at an odd place of a larger file. */
function throughBytes(type: WeightType, segments: readonly Segment[], elements: number): Int32Array {
  const packed = type.pack(segments);
  const file = new Uint8Array(packed.length + 20).fill(255);
  file.set(packed, 7);
  const memory = new ArrayBuffer(4 * elements);
  decoders[type.widen]?.(memory, file.subarray(7));
  return new Int32Array(memory);
}

function inPlace(segments: readonly Segment[], elements: number): Int32Array {
  const memory = new ArrayBuffer(4 * elements);
  for (const { offset, data } of segments) new Uint8Array(memory, 4 * offset).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return new Int32Array(memory);
}

describe.each(weightTypes.map((type) => ({ name: type.name, type: type as WeightType })))('$name', ({ type }) => {
  it('rounds by half a step at most, to what f32 holds', () => {
    fc.assert(
      fc.property(rows, (given) => {
        fc.pre(type.unfit(largestOf(given)) === undefined);
        const { weights, steps } = type.roundRow(Float64Array.from(given));
        for (const [i, weight] of given.entries()) {
          expect(Math.abs(weight - (weights[i] ?? NaN))).toBeLessThanOrEqual((steps[i] ?? NaN) / 2);
          expect(weights[i]).toBe(Math.fround(weights[i] ?? NaN));
        }
        expect(weights.some((weight) => Object.is(weight, -0))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['with', globalThis.Float16Array],
    ['without', undefined],
  ])('gives back every bit of any constant memory, on engines %s Float16Array', (_, engineHalves) => {
    vi.stubGlobal('Float16Array', engineHalves);
    const bits = fc.array(fc.integer(), { minLength: 1, maxLength: 60 });
    const numbers = fc.oneof(bits.map((each) => new Float32Array(Int32Array.from(each).buffer)), rows.map((each) => Float32Array.from(type.unfit(largestOf(each)) === undefined ? type.roundRow(Float64Array.from(each)).weights : each)));
    const tables = fc.oneof(bits, fc.array(fc.integer({ min: 0, max: 127 }), { minLength: 1, maxLength: 30 }), fc.array(fc.integer({ min: -9000, max: 9000 }), { minLength: 1, maxLength: 30 })).map((each) => Int32Array.from(each));
    fc.assert(
      fc.property(fc.array(fc.oneof(numbers, tables), { minLength: 1, maxLength: 5 }), (datas) => {
        let offset = 3;
        const segments = datas.map((data): Segment => ({ offset: (offset += 1 + data.length) - data.length, data }));
        expect(throughBytes(type, segments.toReversed(), offset)).toEqual(inPlace(segments, offset));
      }),
      { numRuns: 500 },
    );
  });
});

describe('int8', () => {
  it('has scales that times any integer are f32, down to the smallest', () => {
    fc.assert(
      fc.property(fc.oneof(floats, fc.float({ noNaN: true, min: -2, max: 2 })), (largest) => {
        const magnitude = Math.abs(largest);
        fc.pre(magnitude > 0 && int8.unfit(magnitude) === undefined);
        const scale = scaleOf(magnitude);
        for (let q = 0; q <= most; q++) expect(Math.fround(scale * q)).toBe(scale * q);
        expect(scale * most).toBeGreaterThanOrEqual(magnitude);
        // No coarser than eight bits make it.
        expect(scale).toBeLessThanOrEqual(magnitude / most + Math.max((magnitude / most) * 2 ** -7, 2 ** -133));
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses scales that 32 bits do not hold, but not zeros', () => {
    expect(int8.unfit(0)).toBeUndefined();
    expect(int8.unfit(5e-45)).toBe('its scale, 5e-45 / 127, is 0 in 32 bits');
    expect(int8.unfit(Infinity)).toBe('its scale, Infinity / 127, is Infinity in 32 bits');
    expect(int8.unfit(NaN)).toBe('its scale, NaN / 127, is NaN in 32 bits');
    expect(int8.unfit(3.4028234663852886e38)).toMatch(/^127 times its scale, 2\.69\d+e\+36, is more than 32 bits hold$/);
    expect([...int8.roundRow(new Float64Array(3)).weights]).toEqual([0, 0, 0]);
  });

  /** Filters of random weights: element t of filter o. */
  const filterBank = (filters: number, taps: number, seed: number): readonly Float64Array[] =>
    Array.from({ length: filters }, (_, o) => int8.roundRow(Float64Array.from({ length: taps }, (__, t) => (1 + o) * Math.sin(seed + 1 + o * taps * 1.7 + t * t))).weights);
  const packedBytes = (data: Float32Array): number => int8.pack([{ offset: 0, data }]).length;

  it.each([
    [4, 25, 4],
    [24, 100, 24],
    [6, 64, 8],
    [500, 40, 500],
  ])('finds %i filters of %i weights in %i lanes, whoever packed them', (filters, taps, lanes) => {
    const bank = filterBank(filters, taps, 1);
    const data = Float32Array.from({ length: lanes * taps }, (_, i) => bank[i % lanes]?.[Math.floor(i / lanes)] ?? 0);
    // A byte a weight, two a lane, a head and the number of blocks.
    expect(packedBytes(data)).toBe(filters * taps + 2 * lanes + 20);
  });

  it('finds filters one after the other, as one block', () => {
    const bank = filterBank(50, 500, 2);
    expect(packedBytes(Float32Array.from(bank.flatMap((row) => [...row])))).toBe(50 * 500 + 2 * 50 + 20);
  });

  it('finds blocks of lanes of several widths behind each other, between numbers that are none of it', () => {
    const [wide, narrow] = [filterBank(16, 30, 3), filterBank(4, 30, 4)];
    const inLanes = (bank: readonly Float64Array[], from: number, lanes: number): number[] => Array.from({ length: lanes * 30 }, (_, i) => bank[from + (i % lanes)]?.[Math.floor(i / lanes)] ?? NaN);
    const noise = Array.from({ length: 8 }, (_, i) => Math.fround(Math.sin(i) + 2));
    const data = Float32Array.from([...noise, ...inLanes(wide, 0, 8), ...inLanes(wide, 8, 8), ...inLanes(narrow, 0, 4)]);
    expect(packedBytes(data)).toBe(20 * 30 + 2 * 20 + 4 * noise.length + 3 * 16 + 4);
  });

  it('needs few bytes for tables of offsets', () => {
    const data = Int32Array.from({ length: 300 }, (_, i) => 4 * i + 100 * Math.floor(i / 20));
    expect(int8.pack([{ offset: 0, data }]).length).toBe(300 + 20);
  });
});

describe('f16', () => {
  it('knows every half', () => {
    for (let bits = 0; bits < 2 ** 16; bits++) {
      const value = halfToNumber(bits);
      if (!Number.isFinite(value)) continue;
      expect(halfBits(value)).toBe(bits);
      expect(roundToHalf(value)).toBe(value);
    }
  });

  it.each([
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [1 + 2 ** -11 + 2 ** -40, 1 + 2 ** -10],
    [2 ** -25, 0],
    [2 ** -25 * 1.0001, 2 ** -24],
    [65519.99, 65504],
    [65520, Infinity],
    [-65520, -Infinity],
  ])('rounds %f to the nearest, of two to the even one', (value, rounded) => {
    expect(roundToHalf(value)).toBe(rounded);
  });

  it('refuses what would be infinite', () => {
    expect(f16.unfit(65519)).toBeUndefined();
    expect(f16.unfit(65520)).toBe('65520 is more than f16 holds, 65504');
    expect(f16.unfit(NaN)).toBe('NaN is more than f16 holds, 65504');
  });

  it('leaves out the lanes that fill up vectors', () => {
    const data = Float32Array.from({ length: 12 * 50 }, (_, i) => (i % 12 < 10 ? roundToHalf(Math.sin(i)) : 0));
    expect(f16.pack([{ offset: 0, data }]).length).toBe(2 * 10 * 50 + 20);
  });
});
