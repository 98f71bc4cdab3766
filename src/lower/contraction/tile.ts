// Chooses the register tile of a contraction: P points of one axis by V vectors.
//
// The model counts cycles of one step of the inner loop on a core that multiplies two vectors, adds two
// vectors and loads two words a cycle, with an addition's latency of three cycles: measured to rank tiles
// as the machine does (Zen 5, V8's 128-bit code).

import { present } from '../../base/invariant.ts';

export interface Tile {
  readonly points: number;
  readonly vectors: number;
}

/** So many pieces of a size. */
export interface Piece {
  readonly size: number;
  readonly count: number;
}

/** Cycles of a step for the loop itself: a compare and a branch beside the arithmetic. */
const loopOverhead = 0.4;
/** Cycles of a call of a microkernel with the start of its loop, beside loading and storing the tile. */
const callOverhead = 14;
/** Sides are tried up to this: longer ones save hardly any loads. */
const longestSide = 8;

/** Cycles of one step: bound by arithmetic, by loads, or by an addition's latency. */
function stepCycles(points: number, vectors: number): number {
  return Math.max((points * vectors) / 2, (points + vectors) / 2, 3) + loopOverhead;
}

/** Sizes of `extent` cut evenly into pieces of at most `most`: 13 by 4 is 4, 3, 3, 3. */
export function evenPieces(extent: number, most: number): readonly Piece[] {
  const pieces = Math.ceil(extent / most);
  const small = Math.floor(extent / pieces);
  const large = extent - small * pieces;
  return [
    { size: small + 1, count: large },
    { size: small, count: pieces - large },
  ].filter((piece) => piece.count > 0);
}

/** Sizes of `extent` cut into pieces of `size` and a rest: blocks of packed weights. */
export function blocks(extent: number, size: number): readonly Piece[] {
  return [
    { size, count: Math.floor(extent / size) },
    { size: extent % size, count: 1 },
  ].filter((piece) => piece.size > 0 && piece.count > 0);
}

/** Accumulators, the row of b, the splat, and the product on its way into a sum. */
function registersOf(points: number, vectors: number): number {
  return points * vectors + vectors + 2;
}

/** Cycles of all tiles for `steps` of the inner loop each. */
function cost(tile: Tile, points: number, vectors: number, steps: number): number {
  let total = 0;
  for (const p of evenPieces(points, tile.points)) {
    for (const v of blocks(vectors, tile.vectors)) {
      total += p.count * v.count * (steps * stepCycles(p.size, v.size) + callOverhead + p.size * v.size);
    }
  }
  return total;
}

/** The tile of least cost, in cycles, that stays in so many vector registers. */
export function chooseTile(points: number, vectors: number, steps: number, registers: number): Tile & { readonly cost: number } {
  let best: (Tile & { cost: number }) | undefined;
  for (let p = 1; p <= Math.min(points, longestSide); p++) {
    for (let v = 1; v <= Math.min(vectors, longestSide); v++) {
      if (registersOf(p, v) > registers) continue;
      const total = cost({ points: p, vectors: v }, points, vectors, steps);
      if (!best || total < best.cost) best = { points: p, vectors: v, cost: total };
    }
  }
  return present(best, 'register tile');
}
