// The steps of a long contraction in blocks. Tiles that walk all samples of a shard each fetch them from a far cache
// again and again; block by block the nearest one holds what all tiles read:
//
//   for each tile: for n, y, x: acc += a * b     =>     for n: for each tile: acc = out; for y, x: acc += a * b; out = acc
//
// Between blocks the sums lie in memory as they are and each keeps its order, so blocks change no bit.

import { present } from '../../base/invariant.ts';
import { withExtent } from '../accesses/domain.ts';
import type { ResolvedNest } from '../accesses/resolve.ts';

/** An axis of steps that is walked around the tiles, `points` of it in each of `count` blocks. */
export interface StepBlocks {
  readonly axis: number;
  readonly points: number;
  readonly count: number;
}

/** Steps of a block at most. Each may read a cache line of either operand: together 64 KiB at worst. */
const longestBlock = 512;

export interface BlockedSteps {
  /** Outermost first; none where one block holds all steps. */
  readonly around: readonly StepBlocks[];
  /** The nest of one block. */
  readonly block: ResolvedNest;
}

/** Divides the steps along `stepAxes`, the last of which moves fastest. */
export function blockSteps(nest: ResolvedNest, stepAxes: readonly number[]): BlockedSteps {
  const around: StepBlocks[] = [];
  let block = nest;
  let steps = 1;
  for (const axis of stepAxes.toReversed()) {
    const { extent } = present(nest.axes[axis], 'axis');
    let points = around.length > 0 ? 1 : extent;
    while (points > 1 && (extent % points !== 0 || points * steps > longestBlock)) points--;
    steps *= points;
    if (points === extent) continue;
    around.unshift({ axis, points, count: extent / points });
    block = { ...block, axes: withExtent(block.axes, axis, points) };
  }
  return { around, block };
}
