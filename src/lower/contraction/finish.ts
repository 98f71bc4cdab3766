// The finish of a contraction (a bias, a relu), computed in the microkernel on the accumulators before they
// are stored.

import { InternalError, present } from '../../base/invariant.ts';
import type { Expr, FunctionBuilder, Stmt, TargetMachine } from '../../ir/kernel.ts';
import { partsOf } from '../../ir/nest.ts';
import { inLocal } from '../code/emit-expr.ts';
import { loadsOf } from '../nests/nest-loads.ts';
import { emitShared } from '../nests/shared-parts.ts';
import { loadOf, strideAlong, type Access, type LoadNumber, type ResolvedExpr, type ResolvedNest } from '../accesses/resolve.ts';

/**
 * Whether a microkernel can compute the finish: its loads lie along the vector axis or do not move with it,
 * follow strides along the tile, and need no guards; a microkernel does not know the loops around it, so no
 * counter is read.
 */
export function finishFits(nest: ResolvedNest, vectorAxis: number, tileAxis: number | undefined, takesApart = false): boolean {
  const { finish } = nest;
  if (!finish) return true;
  const fits = (stride: number | undefined): boolean => stride === 0 || stride === 1 || (takesApart && stride !== undefined && stride > 1);
  return !readsCounters(finish) && loadsOf(finish).every((expr) => {
    const { access, guards } = loadOf(nest, expr);
    const stride = strideAlong(access, vectorAxis);
    return guards.length === 0 && fits(stride) && (tileAxis === undefined || strideAlong(access, tileAxis) !== undefined);
  });
}

function readsCounters(expr: ResolvedExpr): boolean {
  return expr.kind === 'index' || expr.kind === 'random' || partsOf(expr).some(readsCounters);
}

/** Each operand of the finish once, however often it is read. */
export function finishLoads({ finish }: ResolvedNest): readonly LoadNumber[] {
  return finish ? [...new Set(loadsOf(finish).map(({ load }) => load))].map((load) => ({ kind: 'load', load })) : [];
}

/** How an operand lies at a vector. */
export interface OperandPlace {
  /** Elements from lane to lane; 0: one for all. */
  readonly stride: number;
  /** Address units from its pointer. */
  readonly offset: number;
}

/** What a vector of accumulators comes to, and what has to come before. */
export interface FinishedVector {
  readonly before: readonly Stmt[];
  readonly value: Expr;
}

export interface FinishOperands {
  /** With a pointer each. */
  readonly loads: readonly LoadNumber[];
  readonly pointers: readonly Expr[];
  readonly placeOf: (access: Access) => OperandPlace;
}

/** What a vector of accumulators comes to in a nest. */
export function finishAt(nest: ResolvedNest, accumulator: Expr, { loads, pointers, placeOf }: FinishOperands, builder: FunctionBuilder, { width, unit }: TargetMachine): FinishedVector {
  const total: Expr = typeof nest.initial === 'number' && nest.initial !== 0 ? { kind: 'binary', op: 'add', type: 'vec', a: accumulator, b: { kind: 'float', type: 'vec', value: nest.initial } } : accumulator;
  if (!nest.finish) return { before: [], value: total };
  const loaded = (expr: LoadNumber): Expr => {
    const { stride, offset } = placeOf(loadOf(nest, expr).access);
    const at = present(pointers[loads.findIndex(({ load }) => load === expr.load)], 'pointer of an operand');
    return { kind: 'load', as: stride === 0 ? 'splat' : 'vec', at, offset, ...(stride > 1 && width > 1 && { apart: stride * unit }) };
  };
  const before: Stmt[] = [];
  const value = emitShared<LoadNumber, Expr>(nest.finish, (expr, part) => finishExpr(expr, part, total, loaded), (shared) => inLocal(shared, 'vec', builder, before));
  return { before, value };
}

/** The finish of one vector of accumulators; `loaded` says how its operands are read there. */
function finishExpr(expr: ResolvedExpr, part: (inner: ResolvedExpr) => Expr, accumulator: Expr, loaded: (expr: LoadNumber) => Expr): Expr {
  switch (expr.kind) {
    case 'constant':
      return { kind: 'float', type: 'vec', value: expr.value };
    case 'accumulator':
      return accumulator;
    case 'load':
      return loaded(expr);
    case 'unary':
      return { kind: 'unary', op: expr.op, type: 'vec', a: part(expr.a) };
    case 'binary':
      return { kind: 'binary', op: expr.op, type: 'vec', a: part(expr.a), b: part(expr.b) };
    case 'select':
      return { kind: 'select', type: 'vec', compare: expr.compare, a: part(expr.a), b: part(expr.b), then: part(expr.then), otherwise: part(expr.otherwise) };
    case 'index':
    case 'random':
      throw new InternalError(`${expr.kind} in the finish of a contraction`);
  }
}
