// One nest to kernel functions: divides the work into tasks, then picks the schedule. Products of two operands
// that share no lanes run as microkernels (contraction.ts), everything else as a sweep.

import { invariant, present } from '../../base/invariant.ts';
import type { KernelFunction, TargetMachine } from '../../ir/kernel.ts';
import type { Axis } from '../../ir/nest.ts';
import type { Constants } from '../code/emit-expr.ts';
import { asContraction } from '../contraction/contraction.ts';
import { divide, taskIs, type Domain } from '../accesses/domain.ts';
import { strideAlong, type Access, type ResolvedLoad, type ResolvedNest } from '../accesses/resolve.ts';
import { scheduleContraction } from '../contraction/schedule-contraction.ts';
import { scheduleSweep } from './schedule-sweep.ts';
import { straighten } from '../accesses/straighten.ts';

/** How a program divides its nests. */
export type Division =
  /** One task. */
  | { readonly kind: 'whole' }
  /** By the shards of the batch where a nest walks samples, else into up to `tasks` equal parts. */
  | { readonly kind: 'shards'; readonly shards: number; readonly tasks: number };

/** Points of a task below which dividing a nest costs more than it gains. */
const smallestTask = 2048;

/** The axis whose role says that tasks are shards: it counts them, or it walks the samples, which they divide. */
export function shardAxisOf(axes: readonly Axis[]): number | undefined {
  const at = axes.findIndex((axis) => axis.role === 'shard' || (axis.role === 'batch' && axis.kind === 'parallel'));
  return at < 0 ? undefined : at;
}

/** A nest straightened and divided, and how many tasks it has: it does not depend on the number of threads. */
export function divideNest(nest: ResolvedNest, division: Division): { readonly domain: Domain; readonly tasks: number } {
  const straight = straighten(nest);
  if (division.kind === 'whole') return { domain: { nest: straight, taskFactor: new Map() }, tasks: 1 };
  const axis = shardAxisOf(straight.axes);
  if (axis !== undefined) {
    const { role, extent } = present(straight.axes[axis], 'axis');
    if (role === 'shard') return { domain: taskIs(straight, axis), tasks: extent };
    if (extent % division.shards === 0 && extent > 1) return { domain: divide(straight, axis, division.shards), tasks: division.shards };
  }
  const free = freeDivision(straight, division.tasks);
  return free ? { domain: divide(straight, free.axis, free.tasks), tasks: free.tasks } : { domain: { nest: straight, taskFactor: new Map() }, tasks: 1 };
}

/** The longest parallel axis that is not contiguous in the write, cut into equal parts of worthwhile size. */
function freeDivision(nest: ResolvedNest, most: number): { readonly axis: number; readonly tasks: number } | undefined {
  if (nest.axes.some((axis) => axis.kind === 'sequential')) return undefined;
  const work = nest.axes.reduce((product, axis) => product * axis.extent, 1);
  const limit = Math.min(most, Math.floor(work / smallestTask));
  let best: { axis: number; tasks: number } | undefined;
  for (const [axis, { kind, extent }] of nest.axes.entries()) {
    const stride = strideAlong(nest.write, axis);
    const everywhereLinear = [...nest.loads.values()].every((load) => strideAlong(load.access, axis) !== undefined);
    if (kind !== 'parallel' || stride === undefined || stride === 1 || !everywhereLinear) continue;
    for (let tasks = Math.min(limit, extent); tasks > 1; tasks--) {
      if (extent % tasks !== 0) continue;
      if (!best || tasks > best.tasks) best = { axis, tasks };
      break;
    }
  }
  return best;
}

/** Functions in order, callees first; the last one takes the task number. */
export function scheduleNest(name: string, domain: Domain, machine: TargetMachine, constants: Constants): readonly KernelFunction[] {
  const { axes, combine, initial, finish } = domain.nest;
  const isScatter = axes.some((axis) => axis.kind === 'sequential');
  invariant(!isScatter || ((combine === 'store' || initial === 'keep') && !finish), 'a scatter adds to what is there');
  const contraction = asContraction(domain, machine);
  if (contraction) return scheduleContraction(name, placeData(domain, contraction.data && contraction.b, constants), contraction, machine, constants);
  return [scheduleSweep(name, placeData(domain, undefined, constants), machine, constants)];
}

/** Gives compile-time data a place in memory as it lies, but for what is to be packed. */
function placeData(domain: Domain, packed: Access | undefined, constants: Constants): Domain {
  const loads = new Map(
    [...domain.nest.loads].map(([expr, load]): [typeof expr, ResolvedLoad] => {
      const { data, access, ...conditions } = load;
      if (!data || access === packed) return [expr, load];
      return [expr, { access: { ...access, base: access.base + constants.tensor(data) }, ...conditions }];
    }),
  );
  return { ...domain, nest: { ...domain.nest, loads } };
}
