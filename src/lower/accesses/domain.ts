// Reshapes the iteration domain of a resolved nest before it is scheduled: dividing it into tasks, merging
// neighbouring axes. Axis numbers keep their meaning: an axis that is merged away keeps its number, with
// extent 1, and a task is an axis added at the end.

import { present } from '../../base/invariant.ts';
import type { Axis } from '../../ir/nest.ts';
import { loadOf, strideAlong, type Access, type LoadNumber, type ResolvedExpr, type ResolvedNest } from './resolve.ts';

/** A nest whose work is divided into tasks. */
export interface Domain {
  readonly nest: ResolvedNest;
  /** The axis that counts the tasks: a parameter of the scheduled function, not a loop in it. */
  readonly task?: number;
  /** By divided axis, the points of one task: as a number, the axis is its counter + points * task. */
  readonly taskFactor: ReadonlyMap<number, number>;
}

/** The write and all loads, by the numbers that accesses have in schedules. */
export function accessesOf({ write, loads }: ResolvedNest): readonly Access[] {
  return [write, ...loads.map(({ access }) => access)];
}

/** Among accesses the write comes first. */
export const writeNumber = 0;

export function accessNumber({ load }: Pick<LoadNumber, 'load'>): number {
  return load + 1;
}

/** The nest with every access replaced, and other axes. */
export function mapAccesses(nest: ResolvedNest, axes: readonly Axis[], change: (access: Access) => Access): ResolvedNest {
  return {
    ...nest,
    axes,
    write: change(nest.write),
    loads: nest.loads.map((load) => ({ ...load, access: change(load.access) })),
  };
}

export function withExtent(axes: readonly Axis[], axis: number, extent: number): readonly Axis[] {
  return axes.map((a, i) => (i === axis ? { ...a, extent } : a));
}

/** Axes whose counters an expression or a guard reads as numbers. */
export function countedAxes(nest: ResolvedNest): ReadonlySet<number> {
  const counted = new Set<number>();
  const visit = (expr: ResolvedExpr): void => {
    switch (expr.kind) {
      case 'constant':
      case 'accumulator':
        return;
      case 'index':
        for (const term of expr.index.terms) counted.add(term.axis);
        return;
      case 'load':
        for (const guard of loadOf(nest, expr).guards) for (const term of guard.index.terms) counted.add(term.axis);
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

/** Divides axis `axis`, of an extent that `tasks` divides, into equal chunks; the chunk number becomes the task. */
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
