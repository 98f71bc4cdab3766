// The schedule of everything that is not a contraction: elementwise maps, pools, reductions, scatters. It
// walks the written elements in memory order, whole vectors along the innermost axis where every operand
// allows it, and folds the reduce axes in registers.

import { invariant, present } from '../base/invariant.ts';
import type { NestExpr } from '../ir/nest.ts';
import { functionBuilder, get, set, type Expr, type KernelFunction, type Stmt, type TargetMachine } from '../ir/kernel.ts';
import { accessesOf, coalesce, countedAxes, type Domain, withExtent } from './domain.ts';
import { combined, emitExpr, rootPointers, type Constants, type Scope } from './emit-expr.ts';
import { loopsOver, type Loop } from './loops.ts';
import { strideAlong, type ResolvedNest } from './resolve.ts';

/** Reduce points up to this many are unrolled (a 3 x 3 window). */
const unrolledPoints = 9;

function needsScalar(nest: ResolvedNest): boolean {
  const scalarOnly = (expr: NestExpr): boolean => {
    switch (expr.kind) {
      case 'constant':
      case 'accumulator':
      case 'load':
      case 'index':
        return false;
      case 'random':
        return true;
      case 'unary':
        return expr.op === 'exp' || expr.op === 'log' || scalarOnly(expr.a);
      case 'binary':
        return scalarOnly(expr.a) || scalarOnly(expr.b);
      case 'select':
        return [expr.a, expr.b, expr.then, expr.otherwise].some(scalarOnly);
    }
  };
  return scalarOnly(nest.value) || (nest.finish !== undefined && scalarOnly(nest.finish));
}

/** The axis along which vectors lie, with its extent in whole vectors, if there is one. */
function vectorAxisOf(domain: Domain, width: number): { readonly axis: number; readonly vectors: number } | undefined {
  const { nest } = domain;
  if (width === 1 || needsScalar(nest)) return undefined;
  const counted = countedAxes(nest);
  for (const [axis, { kind, extent }] of nest.axes.entries()) {
    if (kind !== 'parallel' || axis === domain.task || extent === 1 || counted.has(axis)) continue;
    if (strideAlong(nest.write, axis) !== 1) continue;
    const moving = accessesOf(nest).filter((access) => access.along.has(axis));
    if (!moving.every((access) => strideAlong(access, axis) === 1)) continue;
    const vectors = Math.ceil(extent / width);
    const fits = extent % width === 0 || (!domain.taskFactor.has(axis) && moving.every((access) => (access.room.get(axis) ?? 0) >= vectors * width));
    if (fits) return { axis, vectors };
  }
  return undefined;
}

/** Schedules `domain` as one function of the task number. */
export function scheduleSweep(name: string, original: Domain, machine: TargetMachine, constants: Constants): KernelFunction {
  const builder = functionBuilder(['task']);
  const task = present(builder.params[0], 'task');
  const { domain, vector, order } = prepare(original, machine.width);
  const { nest } = domain;
  const keep = nest.initial === 'keep';
  const type = vector ? 'vec' : 'f32';
  const reduceAxes = [...nest.axes.keys()].filter((axis) => present(nest.axes[axis], 'axis').kind === 'reduce' && axis !== domain.task);
  const extentOf = (axis: number): number => present(nest.axes[axis], 'axis').extent;

  const element = (scope: Scope): Stmt[] => {
    const out: Stmt[] = [];
    const vectorAxis = vector?.axis;
    const at = present(scope.pointers.get(nest.write), 'write pointer');
    const old: Expr = { kind: 'load', as: type, at, offset: 0 };
    const finished = (value: Expr): Expr =>
      nest.finish ? emitExpr(nest.finish, scope, { type, vectorAxis, fixed: new Map(), accumulator: value }, out) : value;
    if (nest.combine === 'store' || reduceAxes.length === 0) {
      const value = emitExpr(nest.value, scope, { type, vectorAxis, fixed: new Map() }, out);
      const total = nest.combine === 'store' ? value : combined(nest.combine, type, keep ? old : { kind: 'float', type, value: nest.initial }, value);
      out.push({ kind: 'store', as: type, at, offset: 0, value: finished(total) });
      return out;
    }
    const accumulator = builder.local(type, 'sum');
    const start: Expr = keep ? old : { kind: 'float', type, value: nest.initial };
    out.push(set(accumulator, start));
    const points = reduceAxes.reduce((product, axis) => product * extentOf(axis), 1);
    if (points <= unrolledPoints) {
      for (let point = 0; point < points; point++) {
        const fixed = new Map<number, number>();
        let rest = point;
        for (const axis of [...reduceAxes].reverse()) {
          fixed.set(axis, rest % extentOf(axis));
          rest = Math.floor(rest / extentOf(axis));
        }
        const value = emitExpr(nest.value, scope, { type, vectorAxis, fixed }, out);
        out.push(set(accumulator, combined(nest.combine, type, get(accumulator), value)));
      }
    } else {
      out.push(
        ...loopsOver(reduceAxes.map(loopOf), scope, (inner) => {
          const body: Stmt[] = [];
          const value = emitExpr(nest.value, inner, { type, vectorAxis, fixed: new Map() }, body);
          body.push(set(accumulator, combined(nest.combine, type, get(accumulator), value)));
          return body;
        }),
      );
    }
    out.push({ kind: 'store', as: type, at, offset: 0, value: finished(get(accumulator)) });
    return out;
  };

  const loopOf = (axis: number): Loop => (axis === vector?.axis ? { axis, count: vector.vectors, points: machine.width } : { axis, count: extentOf(axis), points: 1 });

  const root: Scope = {
    machine,
    builder,
    constants,
    domain,
    pointers: rootPointers(domain, machine, accessesOf(nest), task),
    counters: domain.task === undefined ? new Map() : new Map([[domain.task, get(task)]]),
  };
  return builder.finish(name, loopsOver(order.map(loopOf), root, element));
}

/** Chooses the vector axis and the order of loops, and merges neighbours. */
function prepare(domain: Domain, width: number): { domain: Domain; vector: { axis: number; vectors: number } | undefined; order: readonly number[] } {
  let { nest } = domain;
  let vector = vectorAxisOf(domain, width);
  const walked = [...nest.axes.keys()].filter((axis) => axis !== domain.task && present(nest.axes[axis], 'axis').kind !== 'reduce');
  if (walked.some((axis) => present(nest.axes[axis], 'axis').kind === 'sequential')) {
    const order = walked.filter((axis) => axis !== vector?.axis);
    return { domain, vector, order: vector ? [...order, vector.axis] : order };
  }
  if (vector) nest = { ...nest, axes: withExtent(nest.axes, vector.axis, vector.vectors * width) };
  const byStride = walked.toSorted((a, b) => Math.abs(strideAlong(nest.write, b) ?? Infinity) - Math.abs(strideAlong(nest.write, a) ?? Infinity));
  const order = vector ? [...byStride.filter((axis) => axis !== vector?.axis), vector.axis] : byStride;
  const merged = coalesce(nest, order);
  if (vector) {
    invariant(merged.order.at(-1) === vector.axis, 'the vector axis stays innermost');
    vector = { axis: vector.axis, vectors: present(merged.nest.axes[vector.axis], 'axis').extent / width };
  }
  return { domain: { ...domain, nest: merged.nest }, vector, order: merged.order };
}
