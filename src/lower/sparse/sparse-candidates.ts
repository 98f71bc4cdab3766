// Every sparse schedule of a nest: each way to see it as a sparse sum, each register tile.

import type { MachineCosts, TargetMachine } from '../../ir/kernel.ts';
import { present } from '../../base/invariant.ts';
import type { Domain } from '../accesses/domain.ts';
import { loadOf, strideAlong } from '../accesses/resolve.ts';
import { evenPieces } from '../code/pieces.ts';
import type { Candidate } from '../schedule/schedule.ts';
import { partialSums } from './apply-sparse-rows.ts';
import { tapRunsOf } from './tap-runs.ts';
import { sparseRowsOf, sparseSumsOf, type SparseRows, type SparseSum } from './sparse-sum.ts';

/** Weights of a run. */
const runLengths = [1, 2, 3, 5];
/** Weights that runs may hold for each one that is not zero. */
const mostPadded = 1.5;
/** Loads that one costs which begins at any element: some cross a line of the cache. */
const unevenLoad = 1.4;
/** Cycles of a row by itself: its loop, its sums, what is done to them. */
const rowStart = 12;
/** Sides are tried up to this. */
const longestSide = 8;

export function sparseCandidates(domain: Domain, machine: TargetMachine): readonly Candidate[] {
  const { width, costs } = machine;
  const sparse = sparseRowsOf(domain);
  if (!sparse) return [];
  const rowByRow: Candidate = { schedule: { kind: 'sparse rows' }, cost: width * rowCycles(sparse, costs), sparseRows: sparse };
  return [...sparseSumsOf(domain, sparse, machine).flatMap((sum) => tilesOf(domain, sum, machine)), rowByRow];
}

/** Each register tile. */
function tilesOf({ nest }: Domain, sum: SparseSum, { registers, width, costs }: TargetMachine): readonly Candidate[] {
  const { vectorAxis, tileAxis, rows, window } = sum;
  const lanes = present(nest.axes[vectorAxis], 'axis').extent;
  const vectors = Math.ceil(lanes / width);
  const points = tileAxis === undefined ? 1 : present(nest.axes[tileAxis], 'axis').extent;
  const taps = rows.reduce((all, row) => all + row.length, 0);
  const pitch = tileAxis === undefined ? undefined : strideAlong(loadOf(nest, sum.b).access, tileAxis);
  const lengths = runLengths.flatMap((length) => {
    const counts = length === 1 || pitch !== undefined ? rows.map((row) => tapRunsOf(row, window, pitch ?? 0, length)?.length ?? Infinity) : [Infinity];
    const runs = counts.reduce((all, count) => all + count, 0);
    return runs * length <= (length === 1 ? Infinity : mostPadded * taps) && runs < Infinity ? [{ length, runs: runs / rows.length }] : [];
  });
  // Lanes that are no neighbours are stored one by one.
  const stores = strideAlong(nest.write, vectorAxis) === 1 ? 1 : width;
  const sides = (extent: number): readonly number[] => Array.from({ length: Math.min(extent, longestSide) }, (_, i) => i + 1);
  const tiles = sides(points).flatMap((p) => sides(vectors).map((v) => ({ p, v })));
  return lengths.flatMap(({ length, runs }) =>
    tiles.filter(({ p, v }) => registersOf(p * v, length) <= registers).map(({ p, v }): Candidate => {
      let cycles = 0;
      for (const ps of evenPieces(points, p)) {
        for (const vs of evenPieces(vectors, v)) cycles += ps.count * vs.count * (runs * runCycles(ps.size, vs.size, length, costs) + costs.call + ps.size * vs.size * stores);
      }
      return { schedule: { kind: 'sparse', vectorAxis, vectors: v, tileAxis, points: p, run: length }, cost: (cycles * width) / (points * lanes), sparse: sum };
    }),
  );
}

/** Of an element, in the mean: a tap loads its offset, its weight and what that meets. */
function rowCycles({ rows }: SparseRows, { issue, loads, latency }: MachineCosts): number {
  const taps = rows.reduce((all, row) => all + row.length, 0) / rows.length;
  return taps * Math.max(6 / issue, 3 / (loads + 1), latency / partialSums) + rowStart;
}

/** Accumulators, the weights of a run, the vector that they meet; and where several meet it, the product on its way into a sum. */
function registersOf(sums: number, run: number): number {
  return sums + run + (run === 1 ? 1 : 2);
}

/** A run loads its offset and its weights, then a vector for each point of its window. Some of these cross a line of the cache. */
function runCycles(points: number, vectors: number, run: number, { issue, products, loads, latency, loop }: MachineCosts): number {
  const sums = points * vectors * run;
  const words = (points + run - 1) * vectors * unevenLoad + run + 1;
  return Math.max((2 * sums + words + 3) / issue, sums / products, words / loads, latency * run) + loop;
}
