import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import { sizeOf } from '../../../src/base/tensor.ts';
import { partitionOf } from '../../../src/ir/partition.ts';
import { structureNamed, structuresOf } from '../../../src/ir/structure.ts';
import type { LayerAxes } from '../../../src/ir/structure.ts';
import { ops } from '../../../src/ops/index.ts';
import { ladderOf } from '../../../src/sparsity/granularity/ladder.ts';
import { storageOf } from '../../../src/sparsity/granularity/storage.ts';

function convAxes(filters: number, channels: number, window: readonly [number, number], groups = 1): LayerAxes {
  const attrs = { filters, window, stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups, bias: true };
  return present(ops.get('conv')?.syntax?.weightAxes, 'axes')(attrs, [[1, channels, 20, 20]]);
}

function denseAxes(units: number, inputs: number): LayerAxes {
  return present(ops.get('dense')?.syntax?.weightAxes, 'axes')({ units, bias: true }, [[1, inputs]]);
}

const sizeOfWeight = ([{ dimensions }]: LayerAxes): number => sizeOf(dimensions.flat().map(({ extent }) => extent));
const [elements, vectors, filters2d, filters, blocks, channels] = [structureNamed('elements'), structureNamed('vectors'), structureNamed('filters_2d'), structureNamed('filters'), structureNamed('blocks'), structureNamed('channels')];

describe('the ladder', () => {
  const names = (axes: LayerAxes): readonly string[] => ladderOf(axes).map(({ name }) => name);

  it('is of what lies in one piece, finest first', () => {
    expect(names(convAxes(4, 6, [3, 3]))).toEqual(['elements', 'vectors', 'filters_2d', 'filters']);
    expect(names(convAxes(4, 6, [3, 3], 2))).toEqual(['elements', 'vectors', 'filters_2d', 'filters']);
    expect(names(denseAxes(5, 7))).toEqual(['elements', 'neurons']);
  });

  it('has groups once that are the same because an axis has extent 1, by what can be taken out whole', () => {
    expect(names(convAxes(4, 6, [1, 1]))).toEqual(['elements', 'filters']);
    expect(names(convAxes(4, 1, [3, 3]))).toEqual(['elements', 'vectors', 'filters']);
    expect(names(convAxes(6, 6, [3, 3], 6))).toEqual(['elements', 'vectors', 'filters']);
    expect(names(convAxes(1, 1, [1, 1]))).toEqual([]);
  });
});

describe('storage', () => {
  it('is the closed formula where no gap is long', () => {
    const axes = convAxes(8, 6, [3, 3]);
    for (const grain of [elements, vectors, filters2d, filters]) {
      const { rows, columns } = partitionOf(grain, {}, axes);
      const count = rows.count * columns.count;
      const size = sizeOfWeight(axes) / count;
      // Every fourth grain.
      const weight = Float64Array.from({ length: sizeOfWeight(axes) }, (_, i) => (Math.floor(i / size) % 4 === 0 ? 1 : 0));
      const { bits, denseBits, kept, grains, paddings } = storageOf(weight, axes, grain);
      expect({ kept, grains, paddings }).toEqual({ kept: count / 4, grains: count, paddings: 0 });
      expect(bits / denseBits).toBeCloseTo(0.25 * (1 + 4 / (8 * size)), 12);
    }
  });

  it('has no weights in it that are taken out of the layer, and no grains that have no others', () => {
    const axes = convAxes(4, 3, [2, 2]);
    // Channel 1 and filter 2 are taken out, and what is left of filter 1 is zero.
    const channel = (i: number): number => Math.floor(i / 4) % 3;
    const filter = (i: number): number => Math.floor(i / 12);
    const removed = Uint8Array.from({ length: 48 }, (_, i) => Number(channel(i) === 1 || filter(i) === 2));
    const weight = Float64Array.from(removed, (gone, i) => Number(gone === 0 && filter(i) !== 1));
    expect(storageOf(weight, axes, filters, {}, removed)).toMatchObject({ grains: 3, kept: 2, keptWeights: 16, weightBits: 128, indexBits: 8 });
    expect(storageOf(weight, axes, filters2d, {}, removed)).toMatchObject({ grains: 6, kept: 4, keptWeights: 16 });
    expect(storageOf(weight, axes, filters)).toMatchObject({ grains: 4, kept: 2, keptWeights: 24 });
  });

  it('stores a zero where a gap exceeds 15, and nothing behind the last weight', () => {
    const weight = (...gaps: readonly number[]): number[] => {
      const placed = gaps.flatMap((gap) => [...Array<number>(gap).fill(0), 1]);
      return [...placed, ...Array<number>(80 - placed.length).fill(0)];
    };
    const of = (...gaps: readonly number[]): readonly number[] => {
      const { paddings, paddingZeros, weightBits, indexBits, bits } = storageOf(weight(...gaps), denseAxes(2, 40), elements);
      expect(bits).toBe(weightBits + indexBits);
      return [paddings, paddingZeros, weightBits, indexBits];
    };
    expect(of(15)).toEqual([0, 0, 8, 4]);
    expect(of(16)).toEqual([1, 1, 16, 8]);
    expect(of(2, 0, 18)).toEqual([1, 1, 32, 16]);
    expect(of(31, 32)).toEqual([3, 3, 40, 20]);
    expect(of()).toEqual([0, 0, 0, 0]);
  });

  it('stores grains whole, their own zeros too', () => {
    const axes = convAxes(2, 20, [2, 3]);
    const weight = new Float64Array(240);
    weight[7] = 1;
    weight[239] = NaN;
    // 2-D filters 1 and 39 of 6 weights; vectors 2 and 79 of 3.
    expect(storageOf(weight, axes, filters2d)).toEqual({ grains: 40, kept: 2, paddings: 2, keptWeights: 12, paddingZeros: 12, weightBits: 192, indexBits: 16, bits: 208, denseBits: 1920 });
    expect(storageOf(weight, axes, vectors)).toMatchObject({ grains: 80, kept: 2, paddings: 4, paddingZeros: 12, indexBits: 24 });
    expect(storageOf(weight, axes, channels)).toMatchObject({ grains: 20, kept: 2, paddings: 1, keptWeights: 24, paddingZeros: 12 });
  });

  it('is the length of what can be read back, of every structure', () => {
    const shapes = [convAxes(4, 6, [3, 2]), convAxes(4, 8, [2, 2], 2), convAxes(6, 6, [3, 3], 6), denseAxes(9, 37)];
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.integer({ min: 0, max: 1000 }), fc.constantFrom(0, 0.01, 0.03, 0.3), (axes, seed, density) => {
        let state = seed;
        const weight = Float64Array.from({ length: sizeOfWeight(axes) }, () => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return state / 2 ** 32 < density ? 1 + (state % 7) : 0;
        });
        const given = { rows: 2, columns: 5 };
        for (const structure of structuresOf(axes)) {
          const { rows, columns } = partitionOf(structure, given, axes);
          const groups: number[][] = Array.from({ length: rows.count * columns.count }, () => []);
          for (const [i, w] of weight.entries()) {
            const group = present(rows.of[Math.floor(i / columns.of.length)], 'row') * columns.count + present(columns.of[i % columns.of.length], 'column');
            groups[group]?.push(w);
          }
          const stored = encode(groups);
          expect(decode(stored, groups.map(({ length }) => length))).toEqual(groups);
          const expected = stored.reduce((bits, { weights }) => bits + 4 + 8 * weights.length, 0);
          expect(storageOf(weight, axes, structure, structure === blocks ? given : {}).bits).toBe(expected);
        }
      }),
      { numRuns: 60 },
    );
  });
});

interface Entry {
  readonly index: number;
  readonly weights: readonly number[];
}

/** One group after the other. */
function encode(groups: readonly (readonly number[])[]): readonly Entry[] {
  const entries: Entry[] = [];
  let [index, ends] = [0, 0];
  for (const weights of groups) {
    const isZero = weights.every((w) => w === 0);
    if (isZero && index < 15) {
      index++;
      continue;
    }
    entries.push({ index, weights });
    index = 0;
    if (!isZero) ends = entries.length;
  }
  return entries.slice(0, ends);
}

function decode(entries: readonly Entry[], sizes: readonly number[]): readonly (readonly number[])[] {
  const groups: (readonly number[])[] = sizes.map((size) => Array<number>(size).fill(0));
  let at = -1;
  for (const { index, weights } of entries) {
    at += index + 1;
    groups[at] = weights;
  }
  return groups;
}
