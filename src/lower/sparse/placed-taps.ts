// The taps of a sparse sum in constant memory: the offsets of all runs, row by row, their weights alike, and a table of
// where each row begins.

import { present } from '../../base/invariant.ts';
import { get, int, intAdd, intMul, intOp, set, type Expr, type Local, type Stmt } from '../../ir/kernel.ts';
import type { Domain } from '../accesses/domain.ts';
import type { Scope } from '../code/scope.ts';
import { bestShares, pointsOfNest, sharesAlong, type Shares } from '../code/shares.ts';
import type { Constants } from '../memory/constant-pool.ts';
import type { TapRun } from './tap-runs.ts';

/** Addresses in elements. */
export interface PlacedTaps {
  /** Of a table of where the offsets of each row begin, and where the last ones end. */
  readonly firsts: number;
  readonly offsets: number;
  readonly weights: number;
  /** Weights a run. */
  readonly run: number;
}

/** @param rows Of each at least one run: loops run once at least. */
export function placeTaps(rows: readonly (readonly TapRun[])[], constants: Constants): PlacedTaps {
  const all = rows.flat();
  const offsets = constants.table(all.map(({ offset }) => offset));
  const weights = constants.data(Float32Array.from(all.flatMap((run) => run.weights)));
  const firsts = [offsets];
  for (const row of rows) firsts.push(present(firsts.at(-1), 'first run') + row.length);
  return { firsts: constants.table(firsts), offsets, weights, run: present(all[0], 'run').weights.length };
}

/** Where the taps of a row are, as the loops around it stand. */
export interface RowTaps {
  /** The first offset, past the last, and the first weight. */
  readonly locals: Readonly<Record<'t' | 'end' | 'w', Local>>;
  readonly top: readonly Stmt[];
}

export function tapsOfRow(scope: Scope, rowAxes: readonly number[], { firsts, offsets, weights, run }: PlacedTaps): RowTaps {
  const { builder, machine: { unit } } = scope;
  const [t, end, w] = [builder.local('i32', 't'), builder.local('i32', 'end'), builder.local('i32', 'w')];
  const at = intMul(rowNumber(scope, rowAxes), int(unit));
  return {
    locals: { t, end, w },
    top: [
      set(t, { kind: 'load', as: 'i32', at, offset: firsts * unit }),
      set(end, { kind: 'load', as: 'i32', at, offset: (firsts + 1) * unit }),
      set(w, intAdd(intMul(intOp('sub', get(t), int(offsets * unit)), int(run)), int(weights * unit))),
    ],
  };
}

/** The outermost row axis cut into tasks. @param cutFrom Points of a nest from which on it is. */
export function sharesOfRows({ nest, task }: Domain, rowAxes: readonly number[], cutFrom: number): readonly Shares[] {
  const [outermost] = rowAxes;
  if (outermost === undefined || outermost === task || pointsOfNest(nest) < cutFrom) return [];
  return bestShares([sharesAlong(nest, outermost, present(nest.axes[outermost], 'axis').extent, 1)]);
}

function rowNumber({ counters, domain }: Scope, rowAxes: readonly number[]): Expr {
  const extentOf = (axis: number): number => present(domain.nest.axes[axis], 'axis').extent;
  return rowAxes.reduce<Expr>((number, axis) => intAdd(intMul(number, int(extentOf(axis))), counters.get(axis) ?? int(0)), int(0));
}
