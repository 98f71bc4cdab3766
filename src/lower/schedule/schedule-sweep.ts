// The schedule of everything that is not a contraction: elementwise maps, pools, reductions, scatters. It
// walks the written elements in memory order, whole vectors along the innermost axis where every operand
// allows it, and folds the reduce axes in registers.

import { invariant, present } from '../../base/invariant.ts';
import { partsOf, type NestExpr } from '../../ir/nest.ts';
import { functionBuilder, get, set, type Expr, type KernelFunction, type Local, type Stmt, type TargetMachine } from '../../ir/kernel.ts';
import { accessesOf, coalesce, countedAxes, type Domain, withExtent } from '../accesses/domain.ts';
import { combined, emitExpr, rootPointers, type Constants, type EmitOptions, type Scope } from '../code/emit-expr.ts';
import { loopsOver, type Loop } from '../code/loops.ts';
import { fillsVectors } from '../layouts/padding.ts';
import { strideAlong } from '../accesses/resolve.ts';

/** Reduce points up to this many (a window of 3 x 3) are unrolled. */
const unrolledPoints = 9;

/** Random numbers are drawn one by one. */
function drawsRandom(expr: NestExpr): boolean {
  return expr.kind === 'random' || partsOf(expr).some(drawsRandom);
}

interface VectorAxis {
  readonly axis: number;
  /** Its extent, rounded up to whole vectors. */
  readonly vectors: number;
}

/**
 * The axis along which vectors lie, if there is one: contiguous in the write and in every load that it moves. The last
 * vector may reach into padding where there is room for it everywhere, if zeros stay there.
 */
function vectorAxisOf(domain: Domain, width: number): VectorAxis | undefined {
  const { nest } = domain;
  if (width === 1 || drawsRandom(nest.value) || (nest.finish !== undefined && drawsRandom(nest.finish))) return undefined;
  const counted = countedAxes(nest);
  for (const [axis, { kind, extent }] of nest.axes.entries()) {
    if (kind !== 'parallel' || axis === domain.task || extent === 1 || counted.has(axis)) continue;
    if (strideAlong(nest.write, axis) !== 1) continue;
    const moving = accessesOf(nest).filter((access) => access.along.has(axis));
    if (!moving.every((access) => strideAlong(access, axis) === 1)) continue;
    const vectors = Math.ceil(extent / width);
    if (extent % width === 0 || (!domain.taskFactor.has(axis) && fillsVectors(nest, axis, vectors * width))) return { axis, vectors };
  }
  return undefined;
}

/** Schedules `domain` as one function of the task number. */
export function scheduleSweep(name: string, original: Domain, machine: TargetMachine, constants: Constants): KernelFunction {
  const builder = functionBuilder(['task']);
  const task = present(builder.params[0], 'task');
  const sweep = prepare(original, machine.width);
  const { domain, order } = sweep;
  const root: Scope = {
    machine,
    builder,
    constants,
    domain,
    pointers: rootPointers(domain, machine, accessesOf(domain.nest), task),
    counters: domain.task === undefined ? new Map() : new Map([[domain.task, get(task)]]),
  };
  return builder.finish(name, loopsOver(order.map((axis) => loopOf(sweep, axis, machine.width)), root, (scope) => element(sweep, scope)));
}

interface Sweep {
  readonly domain: Domain;
  readonly vector: VectorAxis | undefined;
  /** Axes of the loops around an element (or a vector of them), outermost first. */
  readonly order: readonly number[];
}

function extentOf({ domain }: Sweep, axis: number): number {
  return present(domain.nest.axes[axis], 'axis').extent;
}

function loopOf(sweep: Sweep, axis: number, width: number): Loop {
  const { vector } = sweep;
  return axis === vector?.axis ? { axis, count: vector.vectors, points: width } : { axis, count: extentOf(sweep, axis), points: 1 };
}

/** What is done at each written element, or vector of them. */
function element(sweep: Sweep, scope: Scope): Stmt[] {
  const { domain, vector } = sweep;
  const { nest } = domain;
  const out: Stmt[] = [];
  const type = vector ? 'vec' : 'f32';
  const options: EmitOptions = { type, vectorAxis: vector?.axis, fixed: new Map() };
  const at = present(scope.pointers.get(nest.write), 'write pointer');
  const start: Expr = nest.initial === 'keep' ? { kind: 'load', as: type, at, offset: 0 } : { kind: 'float', type, value: nest.initial };
  const reduceAxes = [...nest.axes.keys()].filter((axis) => present(nest.axes[axis], 'axis').kind === 'reduce' && axis !== domain.task);
  let total: Expr;
  if (nest.combine === 'store' || reduceAxes.length === 0) total = combined(nest.combine, type, start, emitExpr(nest.value, scope, options, out));
  else total = get(folded(sweep, reduceAxes, start, scope, options, out));
  const value = nest.finish ? emitExpr(nest.finish, scope, { ...options, accumulator: total }, out) : total;
  out.push({ kind: 'store', as: type, at, offset: 0, value });
  return out;
}

/** Folds the points of the reduce axes into a local: a few are unrolled, many are looped over. */
function folded(sweep: Sweep, reduceAxes: readonly number[], start: Expr, scope: Scope, options: EmitOptions, out: Stmt[]): Local {
  const { nest } = sweep.domain;
  const accumulator = scope.builder.local(options.type, 'sum');
  const fold = (at: Scope, fixed: EmitOptions['fixed'], into: Stmt[]): void => {
    const value = emitExpr(nest.value, at, { ...options, fixed }, into);
    into.push(set(accumulator, combined(nest.combine, options.type, get(accumulator), value)));
  };
  out.push(set(accumulator, start));
  const points = reduceAxes.reduce((product, axis) => product * extentOf(sweep, axis), 1);
  if (points <= unrolledPoints) {
    for (const fixed of pointsOf(sweep, reduceAxes)) fold(scope, fixed, out);
    return accumulator;
  }
  const loops = reduceAxes.map((axis) => loopOf(sweep, axis, scope.machine.width));
  out.push(...loopsOver(loops, scope, (inner) => {
    const body: Stmt[] = [];
    fold(inner, new Map(), body);
    return body;
  }));
  return accumulator;
}

/** Every point of some axes, the last axis fastest. */
function pointsOf(sweep: Sweep, axes: readonly number[]): readonly ReadonlyMap<number, number>[] {
  return axes.reduce<readonly ReadonlyMap<number, number>[]>(
    (points, axis) => points.flatMap((point) => Array.from({ length: extentOf(sweep, axis) }, (_, i) => new Map(point).set(axis, i))),
    [new Map()],
  );
}

/** Chooses the vector axis and the order of loops, and merges neighbours. */
function prepare(domain: Domain, width: number): Sweep {
  const { nest } = domain;
  const vector = vectorAxisOf(domain, width);
  const innermost = vector ? [vector.axis] : [];
  const walked = [...nest.axes.keys()].filter((axis) => axis !== domain.task && axis !== vector?.axis && present(nest.axes[axis], 'axis').kind !== 'reduce');
  // A scatter keeps its order.
  if (nest.axes.some((axis) => axis.kind === 'sequential')) return { domain, vector, order: [...walked, ...innermost] };
  const stride = (axis: number): number => Math.abs(strideAlong(nest.write, axis) ?? Number.MAX_SAFE_INTEGER);
  const order = [...walked.toSorted((a, b) => stride(b) - stride(a)), ...innermost];
  const whole = vector ? { ...nest, axes: withExtent(nest.axes, vector.axis, vector.vectors * width) } : nest;
  const merged = coalesce(whole, order);
  invariant(!vector || merged.order.at(-1) === vector.axis, 'the vector axis stays innermost');
  return {
    domain: { ...domain, nest: merged.nest },
    vector: vector && { axis: vector.axis, vectors: present(merged.nest.axes[vector.axis], 'axis').extent / width },
    order: merged.order,
  };
}
