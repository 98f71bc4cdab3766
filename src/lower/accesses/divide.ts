// Divides the work of a nest into tasks, which threads share. Where cuts are follows from the graph alone, never from
// the number of threads.

import { present } from '../../base/invariant.ts';
import type { Axis } from '../../ir/nest.ts';
import { divide, taskIs, type Domain } from './domain.ts';
import { strideAlong, type ResolvedNest } from './resolve.ts';
import { straighten } from './straighten.ts';

/** How a program divides its nests. */
export type Division =
  /** Not at all; the loops of nests of `cutFrom` points and more are cut into tasks when they are written (code/shares.ts). */
  | { readonly kind: 'whole'; readonly cutFrom?: number }
  /** By the shards of the batch where a nest walks samples, else into up to `tasks` equal parts. */
  | { readonly kind: 'shards'; readonly shards: number; readonly tasks: number };

export interface DividedNest {
  readonly domain: Domain;
  readonly tasks: number;
  /** Its tasks are the shards of the batch. */
  readonly sharded: boolean;
}

/** Points of a task below which dividing a nest costs more than it gains. */
const smallestTask = 2048;

/** The axis whose role says that tasks are shards: it counts them, or it walks the samples, which they divide. */
function shardAxisOf(axes: readonly Axis[]): number | undefined {
  const at = axes.findIndex((axis) => axis.role === 'shard' || (axis.role === 'batch' && axis.kind === 'parallel'));
  return at < 0 ? undefined : at;
}

/** A nest straightened and divided. */
export function divideNest(nest: ResolvedNest, division: Division): DividedNest {
  const straight = straighten(nest);
  const whole: DividedNest = { domain: { nest: straight, taskFactor: new Map() }, tasks: 1, sharded: false };
  if (division.kind === 'whole') return whole;
  const axis = shardAxisOf(straight.axes);
  if (axis !== undefined) {
    const { role, extent } = present(straight.axes[axis], 'axis');
    if (role === 'shard') return { domain: taskIs(straight, axis), tasks: extent, sharded: extent === division.shards };
    if (extent % division.shards === 0 && extent > 1) return { domain: divide(straight, axis, division.shards), tasks: division.shards, sharded: true };
  }
  const free = freeDivision(straight, division.tasks);
  const tasks = free?.tasks ?? 1;
  return { ...(free ? { domain: divide(straight, free.axis, tasks) } : whole), tasks, sharded: axis !== undefined && tasks === division.shards };
}

/** The longest parallel axis that is not contiguous in the write, cut into equal parts of worthwhile size. */
function freeDivision(nest: ResolvedNest, most: number): { readonly axis: number; readonly tasks: number } | undefined {
  if (nest.axes.some((axis) => axis.kind === 'sequential')) return undefined;
  const work = nest.axes.reduce((product, axis) => product * axis.extent, 1);
  const limit = Math.min(most, Math.floor(work / smallestTask));
  let best: { axis: number; tasks: number } | undefined;
  for (const [axis, { kind, extent }] of nest.axes.entries()) {
    const stride = strideAlong(nest.write, axis);
    const everywhereLinear = nest.loads.every(({ access }) => strideAlong(access, axis) !== undefined);
    if (kind !== 'parallel' || stride === undefined || stride === 1 || !everywhereLinear) continue;
    for (let tasks = Math.min(limit, extent); tasks > 1; tasks--) {
      if (extent % tasks !== 0) continue;
      if (!best || tasks > best.tasks) best = { axis, tasks };
      break;
    }
  }
  return best;
}
