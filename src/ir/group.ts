// Groups of weights that a penalty drives to zero together. Group g of a set is the union, over the set's
// members, of the member's elements whose kept indices number g (row-major over the kept axes).

import type { Penalty } from './network.ts';
import type { Partition, Tiling } from './partition.ts';

/** One parameter's part in the groups: its elements, row-major, as `view`; axes in `keep` number the group. */
export interface GroupSlice {
  /** The whole name: `conv1.weight`. */
  readonly parameter: string;
  /** With `tiling`: of the matrix cut into tiles (`to_tiles`). */
  readonly view: readonly number[];
  readonly keep: readonly number[];
  readonly tiling?: Tiling;
  /** The group of each number that `keep` gives, -1 where it is in none. Absent: that number. */
  readonly groups?: readonly number[];
}

/** The groups of one penalty. */
export interface GroupSet {
  readonly penalty: Penalty;
  /** In the order of the network: that of the penalty, and of coupled filters all that write their channels. */
  readonly layers: readonly string[];
  /** Groups in the set. */
  readonly count: number;
  readonly members: readonly GroupSlice[];
  /** |g|: elements of a group; all groups of a set are equally large, but for tiles at the edge and filters coupled with others, which count as the largest. */
  readonly size: number;
  /** weight(g) of a lasso: 1, or sqrt(|g|). The threshold of a step is rate * strength * factor. */
  readonly factor: number;
  /** Of the layer's weight; absent where a single group takes the parameters of several layers. */
  readonly partition?: Partition;
}
