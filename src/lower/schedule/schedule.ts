// A schedule: how a nest that lies in memory and is divided into tasks becomes code. It is a value, so it can be
// printed, read back (schedule-text.ts), pinned, measured and kept.
//
// Axes are numbers of the axes of the nest.

import type { Contraction } from '../contraction/contraction.ts';
import type { SparseRows, SparseSum } from '../sparse/sparse-sum.ts';

/** Walks the written elements, and folds the points of each in a register. */
export interface Sweep {
  readonly kind: 'sweep';
  /** Axes that are looped over, outermost first; without those of the strip and of vectors. */
  readonly order: readonly number[];
  /** So many points of an axis at once, at most: what several of them load is loaded once. */
  readonly strip: Strip | undefined;
  /** Innermost, whole vectors at a time. Absent: element by element. */
  readonly vectorAxis: number | undefined;
  /** The points that are folded into an element are written out one after another. */
  readonly unrolled: boolean;
}

export interface Strip {
  readonly axis: number;
  readonly points: number;
}

/** A contraction in register tiles of points by vectors. */
export interface Tiling {
  readonly kind: 'tile';
  readonly vectorAxis: number;
  /** Vectors of a tile at most. */
  readonly vectors: number;
  /** Absent: tiles of one point. */
  readonly tileAxis: number | undefined;
  /** Points of a tile at most. */
  readonly points: number;
  /** Steps in a turn of the inner loop, where a table says how they go; absent where they follow strides. */
  readonly unroll: number | undefined;
}

/** A sum over the weights that are not zero, in register tiles of points by vectors. */
export interface SparseTiling {
  readonly kind: 'sparse';
  readonly vectorAxis: number;
  /** Vectors of a tile at most. */
  readonly vectors: number;
  /** Absent: tiles of one point. */
  readonly tileAxis: number | undefined;
  /** Points of a tile at most. */
  readonly points: number;
  /** Weights along the tile axis that are taken together. */
  readonly run: number;
}

/** The same element by element: each row of weights tap by tap. */
export interface SparseRowByRow {
  readonly kind: 'sparse rows';
}

export type Schedule = Sweep | Tiling | SparseTiling | SparseRowByRow;

/** Whether it multiplies by no weight that is zero. */
export function leavesZerosOut({ kind }: Schedule): boolean {
  return kind === 'sparse' || kind === 'sparse rows';
}

/** A schedule that fits a nest. */
export interface Candidate {
  readonly schedule: Schedule;
  /** By the model of the machine, cycles a vector of the result: to compare tiles, sparse ones too, or sweeps. */
  readonly cost: number;
  /** Of a tiling: how it sees the nest. */
  readonly contraction?: Contraction;
  /** The same of a sparse one. */
  readonly sparse?: SparseSum;
  /** The same of one row by row. */
  readonly sparseRows?: SparseRows;
}
