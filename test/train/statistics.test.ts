import { describe, expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { sourceInMemory } from '../../src/base/samples.ts';
import type { MemorySamples } from '../../src/base/samples.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import type { Shape } from '../../src/base/tensor.ts';
import type { Parameter } from '../../src/ir/network.ts';
import type { Initial } from '../../src/ir/parameter-spec.ts';
import { measure as measureFrom } from '../../src/train/statistics.ts';
import type { Measured } from '../../src/train/statistics.ts';

const shape = [2, 3, 4] as const;
const size = sizeOf(shape);
const draws = stream(5, 'samples');
const bytes = Uint8Array.from({ length: 40 * size }, (_, i) => Math.floor(256 * draws.uniform(i) ** (1 + (Math.floor(i / 12) % 2))));
// All but every fifth.
const chosen = Uint32Array.from({ length: 40 }, (_, i) => i).filter((i) => i % 5 !== 2);

interface SampleSet {
  readonly samples: MemorySamples;
  readonly shape: Shape;
  readonly chosen: Uint32Array;
}
const measure = (parameters: readonly Parameter[], { samples, ...set }: SampleSet): Measured => measureFrom(parameters, { source: sourceInMemory(samples, sizeOf(set.shape)), ...set });
const parameter = (suffix: string, of: Shape, initial: Initial): Parameter => ({ suffix, name: `x.${suffix}`, layer: 'x', shape: of, initial, role: 'measured', decay: false });
const meanOfChannel = parameter('mean', [2], { kind: 'statistic', of: 'mean' });
const meanOfPixel = parameter('mean', shape, { kind: 'statistic', of: 'mean' });
const around = (what: 'channel' | 'pixel', channels = 2): Parameter => ({ ...parameter('deviation', [channels], { kind: 'statistic', of: 'deviation', around: what }), least: 2 ** -126 });
const found = (measured: Measured, name: string): number[] => [...(measured.parameters.get(`x.${name}`)?.data ?? [])];

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Of the chosen samples: element e of each. */
const column = (set: SampleSet, e: number): number[] => [...set.chosen].map((sample) => (set.samples[sample * sizeOf(set.shape) + e] ?? NaN) / (set.samples instanceof Uint8Array ? 255 : 1));
const elementsOf = (c: number): number[] => Array.from({ length: 12 }, (_, i) => c * 12 + i);

describe.each([
  ['bytes', bytes],
  ['floats', Float32Array.from(bytes, (byte) => byte / 255 - 0.3)],
])('of %s', (_, samples) => {
  const set: SampleSet = { samples, shape, chosen };

  test('mean and deviation of a channel are those of all its elements', () => {
    const measured = measure([meanOfChannel, around('channel')], set);
    for (const c of [0, 1]) {
      const values = elementsOf(c).flatMap((e) => column(set, e));
      expect(found(measured, 'mean')[c]).toBeCloseTo(average(values), 6);
      expect(found(measured, 'deviation')[c]).toBeCloseTo(Math.sqrt(average(values.map((x) => (x - average(values)) ** 2))), 6);
    }
    expect(measured.constant).toEqual([]);
  });

  test('the mean image has a mean for each element, and its deviation is of what is left', () => {
    const measured = measure([meanOfPixel, around('pixel')], set);
    const means = Array.from({ length: size }, (_, e) => average(column(set, e)));
    for (const [e, mean] of means.entries()) expect(found(measured, 'mean')[e]).toBeCloseTo(mean, 6);
    for (const c of [0, 1]) {
      const left = elementsOf(c).flatMap((e) => column(set, e).map((x) => (x - (means[e] ?? NaN)) ** 2));
      expect(found(measured, 'deviation')[c]).toBeCloseTo(Math.sqrt(average(left)), 6);
    }
  });

  test('only chosen samples count, in whatever other samples there are', () => {
    const spoiled = samples.slice().fill(77, 2 * size, 3 * size);
    expect(measure([meanOfPixel], { ...set, samples: spoiled })).toEqual(measure([meanOfPixel], set));
    expect(measure([meanOfPixel], { ...set, chosen: Uint32Array.of(0, 1, 2) })).not.toEqual(measure([meanOfPixel], { ...set, samples: spoiled, chosen: Uint32Array.of(0, 1, 2) }));
  });
});

test('sums of bytes are exact: deviations are small beside means', () => {
  // One element of 60,000 is another.
  const samples = new Uint8Array(60_000).fill(255);
  samples[7] = 254;
  const set: SampleSet = { samples, shape: [1], chosen: Uint32Array.from({ length: 60_000 }, (_, i) => i) };
  const [deviation] = found(measure([around('channel', 1)], set), 'deviation');
  expect(deviation).toBe(Math.fround(Math.sqrt(59_999) / 60_000 / 255));
});

test('sums of numbers lose nothing of small ones beside large ones', () => {
  const samples = Float32Array.from({ length: 9001 }, (_, i) => (i === 0 ? 2 ** 60 : i === 9000 ? -(2 ** 60) : 1));
  const [mean] = found(measure([parameter('mean', [1], { kind: 'statistic', of: 'mean' })], { samples, shape: [1], chosen: Uint32Array.from({ length: 9001 }, (_, i) => i) }), 'mean');
  expect(mean).toBe(Math.fround(8999 / 9001));
});

test.each([
  ['bytes', Uint8Array.of(9, 1, 9, 2, 9, 3)],
  // Three times this number, divided by 3, is another number.
  ['floats', Float32Array.of(0.1, 1, 0.1, 2, 0.1, 3)],
])('a channel of equal %s has a deviation of 1, and is told', (_, samples) => {
  const measured = measure([meanOfChannel, around('channel')], { samples, shape: [2], chosen: Uint32Array.of(0, 1, 2) });
  expect(found(measured, 'deviation')[0]).toBe(1);
  expect(found(measured, 'deviation')[1]).not.toBe(1);
  expect(measured.constant).toEqual([0]);
});
