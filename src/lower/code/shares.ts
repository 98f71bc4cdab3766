// The outermost loop of a schedule cut into tasks, which threads share: each takes consecutive turns of it. The schedule,
// and with it every sum, stays what it is, so that no bit depends on the cut.
//
//   conv, 384 filters in tiles of 3 vectors:    32 blocks of vectors    =>   32 tasks
//   pool, 27 rows                                                       =>   27 tasks of a row
//   add, 20000 vectors                                                  =>   63 tasks of 313 vectors, 1 of 281: two functions

import { present } from '../../base/invariant.ts';
import { get, int, intAdd, intMul, set, type Expr, type Local, type Stmt } from '../../ir/kernel.ts';
import { accessesOf } from '../accesses/domain.ts';
import { strideAlong, type ResolvedNest } from '../accesses/resolve.ts';
import { offsetAt, type OffsetFunction } from '../layouts/offset-function.ts';
import { evenPieces } from './pieces.ts';
import type { Scope } from './scope.ts';

/** Equal shares of an axis, a task each: share `task` starts at point `first + task * points`. */
export interface Shares {
  readonly axis: number;
  readonly first: number;
  /** Points of a share. */
  readonly points: number;
  readonly tasks: number;
  /** What a share takes, to compare shares of one nest. */
  readonly cost: number;
}

/** Tasks that an axis is cut into at most: enough for the threads to end together. */
const mostTasks = 64;
/** A measure of a nest's work. */
export function pointsOfNest({ axes }: Pick<ResolvedNest, 'axes'>): number {
  return axes.reduce((product, { extent }) => product * extent, 1);
}

/** @param turns Of the loop over the axis. @param pointsATurn Points of the axis in each. */
export function sharesAlong(nest: ResolvedNest, axis: number, turns: number, pointsATurn: number): readonly Shares[] {
  // A table is walked point by point.
  const most = accessesOf(nest).every((access) => strideAlong(access, axis) !== undefined) ? Math.ceil(turns / mostTasks) : 1;
  let first = 0;
  return evenPieces(turns, most).map(({ size, count }): Shares => {
    const shares: Shares = { axis, first, points: size * pointsATurn, tasks: count, cost: size };
    first += size * count * pointsATurn;
    return shares;
  });
}

/** Threads that tasks should divide among; results depend on none of these numbers. */
const usualThreads = [2, 3, 4];

/** How much more of their time threads have to work for a later way to be taken. */
const worthLater = 0.03;

/** Of several ways to cut a nest, the first that keeps threads about as busy as any; none where all come to one task. */
export function bestShares<S extends Shares>(ways: readonly (readonly S[])[]): readonly S[] {
  const cuts = ways.filter((shares) => shares.reduce((sum, { tasks }) => sum + tasks, 0) > 1).map((shares) => ({ shares, busy: shareAtWork(shares) }));
  const most = Math.max(...cuts.map(({ busy }) => busy));
  return cuts.find(({ busy }) => busy >= most - worthLater)?.shares ?? [];
}

/** The share of their time that threads work while they take these tasks in order, from 0 to 1. */
function shareAtWork(shares: readonly Shares[]): number {
  const costs = shares.flatMap(({ tasks, cost }) => Array.from({ length: tasks }, () => cost));
  const work = costs.reduce((sum, cost) => sum + cost, 0);
  const atWork = usualThreads.map((threads) => {
    const ends = Array.from({ length: threads }, () => 0);
    for (const cost of costs) {
      const soonest = ends.indexOf(Math.min(...ends));
      ends[soonest] = present(ends[soonest], 'end') + cost;
    }
    return work / (threads * Math.max(...ends));
  });
  return atWork.reduce((sum, share) => sum + share, 0) / usualThreads.length;
}

/** The statements at the top of a task, and the scope at the first point of its share. */
export function inShare(scope: Scope, { axis, first, points }: Shares, task: Local): { readonly top: readonly Stmt[]; readonly scope: Scope } {
  const top: Stmt[] = [];
  const pointers = new Map(scope.pointers);
  for (const [number, at] of scope.pointers) {
    const f = present(scope.accesses[number], 'access').along.get(axis);
    if (!f) continue;
    const local = scope.builder.local('i32', 'p');
    top.push(set(local, intAdd(intAdd(at, int(f.kind === 'linear' ? offsetAt(f, first) * scope.machine.unit : 0)), movedBy(f, first, points, task, scope))));
    pointers.set(number, get(local));
  }
  const counter = intAdd(int(first), intMul(get(task), int(points)));
  return { top, scope: { ...scope, pointers, counters: new Map(scope.counters).set(axis, counter) } };
}

function movedBy(f: OffsetFunction, first: number, points: number, task: Local, { machine: { unit }, constants }: Scope): Expr {
  if (f.kind === 'linear') return intMul(get(task), int(f.stride * points * unit));
  return { kind: 'load', as: 'i32', at: intMul(get(task), int(unit)), offset: (constants.table(f.offsets) + first) * unit };
}
