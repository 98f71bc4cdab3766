// The code of sparse rows: each is summed tap by tap, in as many partial sums as keep additions from waiting.
//
//   dense layer, few weights left:
//
//     repeat 500 (o)
//       loop over the taps of o, four a turn:  s0 += w[0] b[t[0]]   s1 += w[1] b[t[1]]   s2 ...   s3 ...
//       out = finish((s0 + s1) + (s2 + s3))

import { present } from '../../base/invariant.ts';
import { get, int, intAdd, intOp, set, type Expr, type Stmt, type TargetMachine } from '../../ir/kernel.ts';
import { accessNumber, writeNumber } from '../accesses/domain.ts';
import { emitExpr } from '../code/emit-expr.ts';
import { loopsOver, type Loop } from '../code/loops.ts';
import { pointerOf, rootScope, type PlacedDomain, type Scope } from '../code/scope.ts';
import type { Shares } from '../code/shares.ts';
import { codeOfTasks, type NestFunctions } from '../code/tasks.ts';
import { finishLoads } from '../contraction/finish.ts';
import type { Constants } from '../memory/constant-pool.ts';
import { placeTaps, sharesOfRows, tapsOfRow } from './placed-taps.ts';
import type { SparseRows } from './sparse-sum.ts';
import type { TapRun } from './tap-runs.ts';

/** Partial sums, and taps a turn of the loop. */
export const partialSums = 4;

/** @param cutFrom Points of a nest from which on its loops are cut into tasks. */
export function applySparseRows(name: string, domain: PlacedDomain, sparse: SparseRows, machine: TargetMachine, constants: Constants, cutFrom: number): NestFunctions {
  const { nest } = domain;
  const { rowAxes, freeAxes } = sparse;
  const taps = placeTaps(wholeTurns(sparse), constants);
  const extentOf = (axis: number): number => present(nest.axes[axis], 'axis').extent;
  const numbers = [accessNumber(sparse.b), writeNumber, ...finishLoads(nest).map(accessNumber)];
  const loops = (root: Scope, share: Shares | undefined): Stmt[] => {
    const loopOf = (axis: number): Loop => ({ axis, count: axis === share?.axis ? share.points : extentOf(axis), points: 1 });
    const axes = [...freeAxes, ...rowAxes.filter((axis) => axis !== domain.task)];
    return loopsOver(axes.map(loopOf), root, (scope) => {
      const { locals, top } = tapsOfRow(scope, rowAxes, taps);
      const { t, end, w } = locals;
      const { unit } = machine;
      const b = pointerOf(scope, accessNumber(sparse.b));
      const sums = Array.from({ length: partialSums }, () => scope.builder.local('f32', 'sum'));
      const step = sums.map((sum, i): Stmt => {
        const value: Expr = { kind: 'load', as: 'f32', at: intAdd(b, { kind: 'load', as: 'i32', at: get(t), offset: i * unit }), offset: 0 };
        return set(sum, plus(get(sum), { kind: 'binary', op: 'mul', type: 'f32', a: { kind: 'load', as: 'f32', at: get(w), offset: i * unit }, b: value }));
      });
      const loop: Stmt = {
        kind: 'loop',
        body: [...step, ...[t, w].map((pointer) => set(pointer, intAdd(get(pointer), int(partialSums * unit))))],
        while: intOp('ne', get(t), get(end)),
      };
      const out: Stmt[] = [...top, ...sums.map((sum) => set(sum, { kind: 'float', type: 'f32', value: 0 })), loop];
      const total = plus(halfOf(sums.slice(0, 2).map(get)), halfOf(sums.slice(2).map(get)));
      const started = typeof nest.initial === 'number' && nest.initial !== 0 ? plus(total, { kind: 'float', type: 'f32', value: nest.initial }) : total;
      const sum = scope.builder.local('f32', 'total');
      out.push(set(sum, started));
      const value = nest.finish ? emitExpr(nest.finish, scope, { type: 'f32', fixed: new Map(), accumulator: get(sum) }, out) : get(sum);
      return [...out, { kind: 'store', as: 'f32', at: pointerOf(scope, writeNumber), offset: 0, value }];
    });
  };
  return codeOfTasks(name, sharesOfRows(domain, rowAxes, cutFrom), (builder, task) => rootScope(domain, numbers, task, { machine, builder, constants }), loops);
}

function plus(a: Expr, b: Expr): Expr {
  return { kind: 'binary', op: 'add', type: 'f32', a, b };
}

function halfOf([a, b]: readonly Expr[]): Expr {
  return plus(present(a, 'partial sum'), present(b, 'partial sum'));
}

/** Rows filled up with taps of weight zero to whole turns of the loop. */
function wholeTurns({ rows, window }: SparseRows): readonly (readonly TapRun[])[] {
  const [offset = 0] = window;
  return rows.map((row) => {
    const missing = Math.max(partialSums, Math.ceil(row.length / partialSums) * partialSums) - row.length;
    return [...row.map(({ weight, offset: at }): TapRun => ({ offset: at, weights: [weight] })), ...Array.from({ length: missing }, (): TapRun => ({ offset, weights: [0] }))];
  });
}
