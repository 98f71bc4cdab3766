// Register tiles of a contraction: P points of one axis by V vectors, and what they cost.
//
// The model counts cycles of one step of the inner loop, bound by the operations that are issued, by arithmetic, by loads
// or by the latency of an addition, with the costs of the machine.

import type { MachineCosts, TargetMachine } from '../../ir/kernel.ts';
import { blocks, evenPieces } from '../code/pieces.ts';

export interface Tile {
  readonly points: number;
  readonly vectors: number;
}

/** Sides are tried up to this: longer ones save hardly any loads. */
const longestSide = 8;

/** The tiles of so many points and vectors that stay in the machine's vector registers. */
export function tilesOf(points: number, vectors: number, { registers }: TargetMachine): readonly Tile[] {
  const sides = (extent: number): readonly number[] => Array.from({ length: Math.min(extent, longestSide) }, (_, i) => i + 1);
  return sides(points).flatMap((p) => sides(vectors).map((v): Tile => ({ points: p, vectors: v }))).filter((tile) => registersOf(tile) <= registers);
}

/** Accumulators, the row of b, the splat, and the product on its way into a sum. */
function registersOf({ points, vectors }: Tile): number {
  return points * vectors + vectors + 2;
}

/** Cycles that so many points and vectors take in tiles, for `steps` of the inner loop each. */
export function cyclesOf(tile: Tile, points: number, vectors: number, steps: number, costs: MachineCosts): number {
  let total = 0;
  for (const p of evenPieces(points, tile.points)) {
    for (const v of blocks(vectors, tile.vectors)) {
      total += p.count * v.count * (steps * stepCycles(p.size, v.size, costs) + costs.call + p.size * v.size);
    }
  }
  return total;
}

/** A product is two operations, a multiply and an add, also where a version of the code has both in one. */
function stepCycles(points: number, vectors: number, { issue, products, loads, latency, loop }: MachineCosts): number {
  const [sums, words] = [points * vectors, points + vectors];
  return Math.max((2 * sums + words) / issue, sums / products, words / loads, latency) + loop;
}
