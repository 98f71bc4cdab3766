// Loops of a schedule. Entering one sets a pointer local for every access that its axis moves, so that what
// stands inside reads and writes at literal offsets from pointers.

import { invariant, present } from '../../base/invariant.ts';
import { get, int, intAdd, intMul, set, type Expr, type Local, type Stmt } from '../../ir/kernel.ts';
import type { Scope } from './scope.ts';
import { offsetAt } from '../layouts/offset-function.ts';
import type { Piece } from './pieces.ts';

export interface Loop {
  readonly axis: number;
  readonly count: number;
  /** Points of the axis in each turn. */
  readonly points: number;
}

/** Loops inside each other, outermost first; one that is walked once is left out. */
export function loopsOver(loops: readonly Loop[], scope: Scope, body: (scope: Scope) => Stmt[]): Stmt[] {
  const [loop, ...inner] = loops;
  if (!loop) return body(scope);
  const { axis, count, points } = loop;
  if (count === 1) return loopsOver(inner, { ...scope, counters: new Map(scope.counters).set(axis, scope.counters.get(axis) ?? int(0)) }, body);
  const counter = scope.builder.local('i32', 'i');
  const entered = enter(scope, axis, counter, points);
  return [{ kind: 'repeat', counter, count, body: [...entered.top, ...loopsOver(inner, entered.scope, body)] }];
}

/** The statements to stand at the top of a loop's body, and the scope inside. */
function enter(scope: Scope, axis: number, counter: Local, points: number): { readonly top: readonly Stmt[]; readonly scope: Scope } {
  const { unit } = scope.machine;
  const top: Stmt[] = [];
  const pointers = new Map(scope.pointers);
  for (const [number, at] of scope.pointers) {
    const f = present(scope.accesses[number], 'access').along.get(axis);
    if (!f) continue;
    invariant(f.kind === 'linear' || points === 1, 'a table is walked point by point');
    const local = scope.builder.local('i32', 'p');
    const moved: Expr =
      f.kind === 'linear'
        ? intMul(get(counter), int(f.stride * points * unit))
        : { kind: 'load', as: 'i32', at: intMul(get(counter), int(unit)), offset: scope.constants.table(f.offsets) * unit };
    top.push(set(local, intAdd(at, moved)));
    pointers.set(number, get(local));
  }
  // A task begins somewhere along the axis (shares.ts).
  const from = scope.counters.get(axis) ?? int(0);
  return { top, scope: { ...scope, pointers, counters: new Map(scope.counters).set(axis, intAdd(from, intMul(get(counter), int(points)))) } };
}

export interface PieceWalk<P extends Piece> {
  /** Absent: there is nothing to walk, and one piece. */
  readonly axis: number | undefined;
  readonly pieces: readonly P[];
  /** Points of the axis in a piece of size 1. */
  readonly points: number;
  /** The last piece is not the same as those before it of its size. */
  readonly lastAlone: boolean;
}

/** Walks an axis in pieces, one loop for each kind. Counters are not known inside: expressions may not read them. */
export function piecesOver<P extends Piece>({ axis, pieces, points, lastAlone }: PieceWalk<P>, scope: Scope, body: (scope: Scope, piece: P, isLast: boolean) => Stmt[]): Stmt[] {
  return runsOf({ pieces, lastAlone }).flatMap(({ piece, first, times, isLast }): Stmt[] => {
    const counter = scope.builder.local('i32', 'i');
    const { top, pointers } = pointersAt(axis, first * points, times > 1 ? { counter, points: piece.size * points } : undefined, scope);
    const content = [...top, ...body({ ...scope, pointers }, piece, isLast)];
    return times > 1 ? [{ kind: 'repeat', counter, count: times, body: content }] : content;
  });
}

/** Pieces one after another that have the same code. */
export interface Run<P extends Piece> {
  readonly piece: P;
  /** Where the first of them starts, in pieces of size 1. */
  readonly first: number;
  readonly times: number;
  /** Nothing comes behind them. */
  readonly isLast: boolean;
}

export function runsOf<P extends Piece>({ pieces, lastAlone }: Pick<PieceWalk<P>, 'pieces' | 'lastAlone'>): readonly Run<P>[] {
  let start = 0;
  return pieces.flatMap((piece, i) => {
    const isLastSize = i === pieces.length - 1;
    const counts = isLastSize && lastAlone && piece.count > 1 ? [piece.count - 1, 1] : [piece.count];
    return counts.map((times, r): Run<P> => {
      const first = start;
      start += piece.size * times;
      return { piece, first, times, isLast: isLastSize && r === counts.length - 1 };
    });
  });
}

/** Pointers moved to a point of an axis, and on by so many points with each turn of a loop. */
function pointersAt(axis: number | undefined, point: number, loop: { readonly counter: Local; readonly points: number } | undefined, scope: Scope): { readonly top: readonly Stmt[]; readonly pointers: Scope['pointers'] } {
  const { unit } = scope.machine;
  const top: Stmt[] = [];
  const pointers = new Map(scope.pointers);
  for (const [number, at] of scope.pointers) {
    const f = axis === undefined ? undefined : present(scope.accesses[number], 'access').along.get(axis);
    if (!f) continue;
    invariant(f.kind === 'linear' || !loop, 'pieces of a size are walked by a stride');
    const first = offsetAt(f, point);
    const turn = loop ? intMul(get(loop.counter), int((offsetAt(f, point + loop.points) - first) * unit)) : int(0);
    const local = scope.builder.local('i32', 'p');
    top.push(set(local, intAdd(intAdd(at, int(first * unit)), turn)));
    pointers.set(number, get(local));
  }
  return { top, pointers };
}
