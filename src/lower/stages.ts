// Stages: what may run before which barrier. Nests over the samples of one shard follow each other within
// a task; everything else waits until what it reads is complete.
//
//   relu_grad, conv_grad_weight (by shard), sum over shards, update   =>   [relu_grad; conv_grad_weight] | [sum] | [update]

import { functionBuilder, get, type KernelFunction, type Stage } from '../ir/kernel.ts';
import { present } from '../base/invariant.ts';

export interface ScheduledNest {
  readonly entry: KernelFunction;
  readonly tasks: number;
  /** Of its loop nest. */
  readonly points: number;
  /** Its tasks are the shards of the batch. */
  readonly sharded: boolean;
  /** Homes of slots. */
  readonly reads: readonly string[];
  readonly writes: string;
}

/** When a slot was touched, and whether shard by shard. */
interface Mark {
  readonly level: number;
  readonly sharded: boolean;
}

/**
 * The earliest stage of each nest: after the stages of what it reads, of what it overwrites, and of those
 * who read what it overwrites; in the same stage where both work shard by shard.
 */
function levels(nests: readonly ScheduledNest[]): readonly number[] {
  const written = new Map<string, Mark>();
  const read = new Map<string, Mark[]>();
  return nests.map((nest) => {
    const after = (before: Mark | undefined): number => (!before ? 0 : before.sharded && nest.sharded ? before.level : before.level + 1);
    const level = Math.max(0, ...nest.reads.map((slot) => after(written.get(slot))), after(written.get(nest.writes)), ...(read.get(nest.writes) ?? []).map(after));
    const mark: Mark = { level, sharded: nest.sharded };
    written.set(nest.writes, mark);
    for (const slot of nest.reads) read.set(slot, [...(read.get(slot) ?? []), mark]);
    return level;
  });
}

/** @param serial One nest after another, as a deployed network runs. New functions are appended to `functions`. */
export function formStages(nests: readonly ScheduledNest[], functions: KernelFunction[], program: string, serial: boolean): readonly Stage[] {
  if (serial) return nests.map(({ entry, tasks, points }) => ({ items: [{ entry, tasks }], points }));
  const level = levels(nests);
  const count = Math.max(-1, ...level) + 1;
  return Array.from({ length: count }, (_, at): Stage => {
    const here = nests.filter((_nest, i) => level[i] === at);
    const sharded = here.filter((nest) => nest.sharded);
    const items = here.filter((nest) => !nest.sharded).map(({ entry, tasks }) => ({ entry, tasks }));
    const points = here.reduce((total, nest) => total + nest.points, 0);
    const first = sharded[0];
    if (!first) return { items, points };
    const builder = functionBuilder(['task']);
    const task = get(present(builder.params[0], 'task'));
    const entry = builder.finish(
      `${program}_shard${at}`,
      sharded.map((nest) => ({ kind: 'call', callee: nest.entry, args: [task] })),
    );
    functions.push(entry);
    return { items: [{ entry, tasks: first.tasks }, ...items], points };
  });
}
