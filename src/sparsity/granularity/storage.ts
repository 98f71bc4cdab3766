// What the weights of a layer take when grains of zeros are left out (the storage model of Mao et al., 2017; the relative
// index is that of Han et al., 2016). Grains follow each other in the order in which weights are stored, row-major (OIHW).
// Each grain that is kept has its weights, 8 bits each, zeros among them included, and one index of 4 bits: how many
// grains have been left out since the last one. More than 15 do not fit: then the 16th is stored as well, a grain of
// zeros with an index of its own, and counting starts anew. Nothing is stored for zeros behind the last grain.
//
// Where no gap is that long and all grains have n weights, this is the closed formula, as a share of the dense weights:
//
//   density * (1 + 4 / (8 * n))

import { invariant, present } from '../../base/invariant.ts';
import { partitionOf } from '../../ir/partition.ts';
import type { Partition } from '../../ir/partition.ts';
import type { LayerAxes, Structure, StructureArguments } from '../../ir/structure.ts';

export const bitsOfWeight = 8;
const bitsOfIndex = 4;
/** From one stored grain to the next, at most: an index says how many are left out, 0 to 15. */
const reach = 2 ** bitsOfIndex;

export interface Storage {
  /** All of which elimination leaves anything. */
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
 * @param removed 1 for each weight that elimination takes out of the layer: it is in no grain. Absent: none.
 */
export function storageOf(weight: ArrayLike<number>, axes: LayerAxes, grain: Structure, given: StructureArguments = {}, removed?: Uint8Array): Storage {
  const grains = grainsOf(weight, partitionOf(grain, given, axes), removed);
  const count = { kept: 0, paddings: 0, keptWeights: 0, paddingZeros: 0 };
  let last = -1;
  for (const [place, { kept, size }] of grains.entries()) {
    if (!kept) continue;
    for (let padding = last + reach; padding < place; padding += reach) {
      count.paddings++;
      count.paddingZeros += present(grains[padding], 'grain').size;
    }
    count.kept++;
    count.keptWeights += size;
    last = place;
  }
  const weightBits = bitsOfWeight * (count.keptWeights + count.paddingZeros);
  const indexBits = bitsOfIndex * (count.kept + count.paddings);
  return { grains: grains.length, ...count, weightBits, indexBits, bits: weightBits + indexBits, denseBits: bitsOfWeight * weight.length };
}

interface StoredGrain {
  /** It has a weight that is not zero. */
  readonly kept: boolean;
  readonly size: number;
}

/** In the order in which they are stored. */
function grainsOf(weight: ArrayLike<number>, { rows, columns }: Partition, removed: Uint8Array | undefined): readonly StoredGrain[] {
  const width = columns.of.length;
  invariant(weight.length === rows.of.length * width, () => `${weight.length} weights in ${rows.of.length} rows of ${width}`);
  const kept = new Uint8Array(rows.count * columns.count);
  const sizes = new Int32Array(kept.length);
  for (const [row, down] of rows.of.entries()) {
    const [from, first] = [row * width, down * columns.count];
    for (let column = 0; column < width; column++) {
      if (removed?.[from + column] === 1) continue;
      const group = first + (columns.of[column] as number);
      sizes[group] = (sizes[group] as number) + 1;
      if (weight[from + column] !== 0) kept[group] = 1;
    }
  }
  return Array.from(sizes, (size, group) => ({ kept: kept[group] === 1, size })).filter(({ size }) => size > 0);
}
