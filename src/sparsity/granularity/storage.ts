// What the weights of a layer take when grains of zeros are left out (the storage model of Mao et al., 2017; the relative
// index is that of Han et al., 2016). Grains follow each other in the order in which weights are stored, row-major (OIHW).
// Each grain that is kept has its weights, 8 bits each, zeros among them included, and one index of 4 bits: how many
// grains have been left out since the last one. More than 15 do not fit: then the 16th is stored as well, a grain of
// zeros with an index of its own, and counting starts anew. Nothing is stored for zeros behind the last grain.
//
// Where no gap is that long and all grains have n weights, this is the closed formula, as a share of the dense weights:
//
//   density * (1 + 4 / (8 * n))

import { invariant } from '../../base/invariant.ts';
import { partitionOf } from '../../ir/partition.ts';
import type { Classes } from '../../ir/partition.ts';
import type { LayerAxes, Structure, StructureArguments } from '../../ir/structure.ts';

export const bitsOfWeight = 8;
const bitsOfIndex = 4;
/** From one stored grain to the next, at most: an index says how many are left out, 0 to 15. */
const reach = 2 ** bitsOfIndex;

export interface Storage {
  /** All there are. */
  readonly grains: number;
  /** Those with a weight that is not zero. */
  readonly kept: number;
  /** Grains of zeros that are stored because a gap is too long for one index. */
  readonly paddings: number;
  /** Weights of the grains that are kept. */
  readonly keptWeights: number;
  /** Weights of the paddings: all zero. */
  readonly paddingZeros: number;
  /** Of the weights of all stored grains. */
  readonly weightBits: number;
  /** Of the indices of all stored grains. */
  readonly indexBits: number;
  /** Of both. */
  readonly bits: number;
  /** Of all weights without any index. */
  readonly denseBits: number;
}

/**
 * Storage of one layer at one grain.
 * @param weight Row-major, as the axes have it; what is not exactly 0 counts, NaN too.
 * @param axes Of the layer; the weight's are the first.
 * @param grain A structure that divides a single layer. Its groups are stored in the order of their numbers, which is
 * that of their first weights; those that are not in one piece (channels, tiles) are stored as if they were.
 * @param given What the structure wants: the sides of tiles.
 */
export function storageOf(weight: ArrayLike<number>, axes: LayerAxes, grain: Structure, given: StructureArguments = {}): Storage {
  const { rows, columns } = partitionOf(grain, given, axes);
  const kept = keptGrains(weight, rows, columns);
  const [heights, widths] = [sizesOf(rows), sizesOf(columns)];
  const weightsOf = (group: number): number => (heights[Math.floor(group / columns.count)] as number) * (widths[group % columns.count] as number);
  const count = { kept: 0, paddings: 0, keptWeights: 0, paddingZeros: 0 };
  let last = -1;
  for (let group = 0; group < kept.length; group++) {
    if (kept[group] === 0) continue;
    for (let padding = last + reach; padding < group; padding += reach) {
      count.paddings++;
      count.paddingZeros += weightsOf(padding);
    }
    count.kept++;
    count.keptWeights += weightsOf(group);
    last = group;
  }
  const weightBits = bitsOfWeight * (count.keptWeights + count.paddingZeros);
  const indexBits = bitsOfIndex * (count.kept + count.paddings);
  return { grains: kept.length, ...count, weightBits, indexBits, bits: weightBits + indexBits, denseBits: bitsOfWeight * weight.length };
}

/** 1 for each group with a weight that is not zero. */
function keptGrains(weight: ArrayLike<number>, rows: Classes, columns: Classes): Uint8Array {
  const width = columns.of.length;
  invariant(weight.length === rows.of.length * width, () => `${weight.length} weights in ${rows.of.length} rows of ${width}`);
  const kept = new Uint8Array(rows.count * columns.count);
  for (const [row, down] of rows.of.entries()) {
    const [from, first] = [row * width, down * columns.count];
    for (let column = 0; column < width; column++) if (weight[from + column] !== 0) kept[first + (columns.of[column] as number)] = 1;
  }
  return kept;
}

/** Rows or columns in each class. */
function sizesOf({ of, count }: Classes): Int32Array {
  const sizes = new Int32Array(count);
  for (const index of of) sizes[index] = (sizes[index] as number) + 1;
  return sizes;
}
