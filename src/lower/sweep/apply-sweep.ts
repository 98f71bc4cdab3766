// The code of a sweep: everything that is not a contraction, elementwise maps, pools, reductions, scatters. It walks
// the written elements in the order of the schedule, whole vectors along the innermost axis, and folds the points of
// each in a register.

import { invariant, present } from '../../base/invariant.ts';
import { functionBuilder, get, set, type Expr, type KernelFunction, type Local, type Stmt, type TargetMachine } from '../../ir/kernel.ts';
import { accessesOf, coalesce, withExtent, writeNumber } from '../accesses/domain.ts';
import { combined, emitExpr, type EmitOptions } from '../code/emit-expr.ts';
import { loopsOver, type Loop } from '../code/loops.ts';
import { pointerOf, rootScope, type PlacedDomain, type Scope } from '../code/scope.ts';
import type { Constants } from '../memory/constant-pool.ts';
import type { Sweep } from '../schedule/schedule.ts';
import { foldedAxes, foldedPoints, isScatter } from './sweep-candidates.ts';

/** One function of the task number. */
export function applySweep(name: string, original: PlacedDomain, schedule: Sweep, machine: TargetMachine, constants: Constants): KernelFunction {
  const builder = functionBuilder(['task']);
  const task = present(builder.params[0], 'task');
  const walk = walkOf(original, schedule, machine.width);
  const numbers = [...accessesOf(walk.domain.nest).keys()];
  const root = rootScope(walk.domain, numbers, task, { machine, builder, constants });
  return builder.finish(name, loopsOver(walk.order.map((axis) => loopOf(walk, axis, machine.width)), root, (scope) => element(walk, scope)));
}

interface VectorAxis {
  readonly axis: number;
  /** Whole vectors that hold it. */
  readonly vectors: number;
}

/** A sweep whose loops are merged where they continue each other. */
interface Walk {
  readonly domain: PlacedDomain;
  readonly vector: VectorAxis | undefined;
  /** Axes of the loops around an element (or a vector of them), outermost first. */
  readonly order: readonly number[];
  readonly unrolled: boolean;
}

function extentOf({ domain }: Walk, axis: number): number {
  return present(domain.nest.axes[axis], 'axis').extent;
}

function loopOf(walk: Walk, axis: number, width: number): Loop {
  const { vector } = walk;
  return axis === vector?.axis ? { axis, count: vector.vectors, points: width } : { axis, count: extentOf(walk, axis), points: 1 };
}

/** What is done at each written element, or vector of them. */
function element(walk: Walk, scope: Scope): Stmt[] {
  const { domain, vector } = walk;
  const { nest } = domain;
  const out: Stmt[] = [];
  const type = vector ? 'vec' : 'f32';
  const options: EmitOptions = { type, vectorAxis: vector?.axis, fixed: new Map() };
  const at = pointerOf(scope, writeNumber);
  const start: Expr = nest.initial === 'keep' ? { kind: 'load', as: type, at, offset: 0 } : { kind: 'float', type, value: nest.initial };
  const total =
    foldedAxes(domain).length === 0
      ? combined(nest.combine, type, start, emitExpr(nest.value, scope, options, out))
      : get(folded(walk, start, scope, options, out));
  const value = nest.finish ? emitExpr(nest.finish, scope, { ...options, accumulator: total }, out) : total;
  out.push({ kind: 'store', as: type, at, offset: 0, value });
  return out;
}

/** Folds the points of the reduce axes into a local, one after another or in loops. */
function folded(walk: Walk, start: Expr, scope: Scope, options: EmitOptions, out: Stmt[]): Local {
  const { nest } = walk.domain;
  const reduceAxes = foldedAxes(walk.domain);
  const accumulator = scope.builder.local(options.type, 'sum');
  const fold = (at: Scope, fixed: EmitOptions['fixed'], into: Stmt[]): void => {
    const value = emitExpr(nest.value, at, { ...options, fixed }, into);
    into.push(set(accumulator, combined(nest.combine, options.type, get(accumulator), value)));
  };
  out.push(set(accumulator, start));
  if (walk.unrolled || foldedPoints(walk.domain) === 1) {
    for (const fixed of pointsOf(walk, reduceAxes)) fold(scope, fixed, out);
    return accumulator;
  }
  const loops = reduceAxes.map((axis) => loopOf(walk, axis, scope.machine.width));
  out.push(...loopsOver(loops, scope, (inner) => {
    const body: Stmt[] = [];
    fold(inner, new Map(), body);
    return body;
  }));
  return accumulator;
}

/** Every point of some axes, the last axis fastest. */
function pointsOf(walk: Walk, axes: readonly number[]): readonly ReadonlyMap<number, number>[] {
  return axes.reduce<readonly ReadonlyMap<number, number>[]>(
    (points, axis) => points.flatMap((point) => Array.from({ length: extentOf(walk, axis) }, (_, i) => new Map(point).set(axis, i))),
    [new Map()],
  );
}

function walkOf(domain: PlacedDomain, { order, vectorAxis, unrolled }: Sweep, width: number): Walk {
  const { nest } = domain;
  const vector = vectorAxis === undefined ? undefined : { axis: vectorAxis, vectors: Math.ceil(present(nest.axes[vectorAxis], 'axis').extent / width) };
  const loops = vector ? [...order, vector.axis] : order;
  if (isScatter(nest)) return { domain, vector, order: loops, unrolled };
  const whole = vector ? { ...nest, axes: withExtent(nest.axes, vector.axis, vector.vectors * width) } : nest;
  const merged = coalesce(whole, loops);
  invariant(!vector || merged.order.at(-1) === vector.axis, 'the vector axis stays innermost');
  return {
    domain: { ...domain, nest: merged.nest },
    vector: vector && { axis: vector.axis, vectors: present(merged.nest.axes[vector.axis], 'axis').extent / width },
    order: merged.order,
    unrolled,
  };
}
