// Reshapes the iteration domain of a resolved nest before it is scheduled: whole-domain facts that every
// schedule shares. Axis numbers keep their meaning; an axis that is merged away has extent 1.

import { present } from '../base/invariant.ts';
import type { Axis, NestExpr } from '../ir/nest.ts';
import type { OffsetFunction } from './offset-function.ts';
import { strideAlong, type Access, type ResolvedLoad, type ResolvedNest } from './resolve.ts';

/** A nest whose work is divided: `task` (an axis number) is the outermost axis, its counter a parameter. */
export interface Domain {
  readonly nest: ResolvedNest;
  readonly task?: number;
  /** Index values: axis a counts `a + factor * task`. */
  readonly taskFactor: ReadonlyMap<number, number>;
}

export function accessesOf(nest: ResolvedNest): readonly Access[] {
  return [nest.write, ...[...nest.loads.values()].map((load) => load.access)];
}

/** The nest with every access replaced, and other axes. */
export function mapAccesses(nest: ResolvedNest, axes: readonly Axis[], change: (access: Access) => Access): ResolvedNest {
  return {
    ...nest,
    axes,
    write: change(nest.write),
    loads: new Map([...nest.loads].map(([expr, load]): [typeof expr, ResolvedLoad] => [expr, { ...load, access: change(load.access) }])),
  };
}

export function withExtent(axes: readonly Axis[], axis: number, extent: number): readonly Axis[] {
  return axes.map((a, i) => (i === axis ? { ...a, extent } : a));
}

/** Axes whose counters an expression or a guard reads as numbers. */
export function countedAxes(nest: ResolvedNest): ReadonlySet<number> {
  const counted = new Set<number>();
  const visit = (expr: NestExpr): void => {
    switch (expr.kind) {
      case 'constant':
      case 'accumulator':
        return;
      case 'index':
        for (const term of expr.index.terms) counted.add(term.axis);
        return;
      case 'load':
        for (const guard of nest.loads.get(expr)?.guards ?? []) for (const term of guard.index.terms) counted.add(term.axis);
        return;
      case 'unary':
        visit(expr.a);
        return;
      case 'binary':
        visit(expr.a);
        visit(expr.b);
        return;
      case 'select':
        for (const part of [expr.a, expr.b, expr.then, expr.otherwise]) visit(part);
        return;
      case 'random':
        visit(expr.seed);
        visit(expr.step);
        for (const term of expr.index.terms) counted.add(term.axis);
        return;
    }
  };
  visit(nest.value);
  if (nest.finish) visit(nest.finish);
  return counted;
}

/**
 * Axes that every access walks by the same table, up to a factor, walk physical positions instead:
 * `x[T[i]] * w[T[i] * 52]` becomes `x[p] * w[p * 52]`. Positions that no index maps to are padding, which
 * holds zeros on both sides.
 */
export function straighten(nest: ResolvedNest): ResolvedNest {
  let result = nest;
  const counted = countedAxes(nest);
  for (const axis of nest.axes.keys()) {
    if (counted.has(axis)) continue;
    const functions = accessesOf(result).flatMap((access) => access.along.get(axis) ?? []);
    const tables = functions.filter((f): f is Extract<OffsetFunction, { kind: 'table' }> => f.kind === 'table');
    const first = tables[0];
    if (!first || tables.length !== functions.length) continue;
    const unit = greatestDivisor(first.offsets);
    if (unit === 0) continue;
    const positions = first.offsets.map((offset) => offset / unit);
    const at = positions.findIndex((position) => position > 0);
    const ratio = (f: OffsetFunction): number | undefined => {
      if (f.kind === 'linear') return undefined;
      const factor = present(f.offsets[at], 'offset') / present(positions[at], 'position');
      return Number.isInteger(factor) && f.offsets.every((offset, i) => offset === factor * present(positions[i], 'position')) ? factor : undefined;
    };
    if (tables.some((table) => ratio(table) === undefined)) continue;
    const extent = Math.max(...positions) + 1;
    result = mapAccesses(result, withExtent(result.axes, axis, extent), (access) => {
      const f = access.along.get(axis);
      if (!f) return access;
      const along = new Map(access.along).set(axis, { kind: 'linear', stride: present(ratio(f), 'ratio') });
      return { ...access, along, room: new Map(access.room).set(axis, extent) };
    });
  }
  return result;
}

function greatestDivisor(numbers: readonly number[]): number {
  let divisor = 0;
  for (const number of numbers) for (let [a, b] = [divisor, number]; ; [a, b] = [b, a % b]) {
    divisor = a;
    if (b === 0) break;
  }
  return divisor;
}

/** Divides axis `axis` into `tasks` equal chunks; the chunk number becomes the task. */
export function divide(nest: ResolvedNest, axis: number, tasks: number): Domain {
  if (tasks <= 1) return { nest, taskFactor: new Map() };
  const whole = present(nest.axes[axis], 'axis');
  const chunk = whole.extent / tasks;
  const task = nest.axes.length;
  const axes = [...withExtent(nest.axes, axis, chunk), { name: 'task', extent: tasks, kind: 'parallel' } satisfies Axis];
  const divided = mapAccesses(nest, axes, (access) => {
    const stride = strideAlong(access, axis);
    if (!stride) return access;
    return { ...access, along: new Map(access.along).set(task, { kind: 'linear', stride: stride * chunk }) };
  });
  return { nest: divided, task, taskFactor: new Map([[axis, chunk]]) };
}

/** Axis `axis` is the task itself (the shard of a per-shard sum). */
export function taskIs(nest: ResolvedNest, axis: number): Domain {
  return { nest, task: axis, taskFactor: new Map() };
}

/**
 * Merges neighbouring axes of `order` where one continues the other in every access, so that a padded
 * tensor is walked as one line. Answers the nest and the axes left to loop over.
 */
export function coalesce(nest: ResolvedNest, order: readonly number[]): { readonly nest: ResolvedNest; readonly order: readonly number[] } {
  const counted = countedAxes(nest);
  let result = nest;
  const left: number[] = [];
  for (const inner of order) {
    const outer = left.at(-1);
    const extent = present(result.axes[inner], 'axis').extent;
    const mergeable =
      outer !== undefined &&
      !counted.has(inner) &&
      !counted.has(outer) &&
      accessesOf(result).every((access) => {
        const [o, i] = [strideAlong(access, outer), strideAlong(access, inner)];
        return o !== undefined && i !== undefined && o === i * extent;
      });
    if (!mergeable) {
      left.push(inner);
      continue;
    }
    const outerExtent = present(result.axes[outer], 'axis').extent;
    result = mapAccesses(result, withExtent(withExtent(result.axes, inner, extent * outerExtent), outer, 1), (access) => {
      const along = new Map(access.along);
      along.delete(outer);
      return { ...access, along, room: new Map([...access.room].filter(([axis]) => axis !== inner)) };
    });
    left[left.length - 1] = inner;
  }
  return { nest: result, order: left };
}
