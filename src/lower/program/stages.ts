// Stages: what may run before which barrier. Nests over the samples of one shard follow each other within
// a task; everything else waits until what it reads is complete.
//
//   relu_grad, conv_grad_weight (by shard), sum over shards, update   =>   [relu_grad; conv_grad_weight] | [sum] | [update]

import { present } from '../../base/invariant.ts';
import { functionBuilder, get, type KernelFunction, type Stage } from '../../ir/kernel.ts';
import type { Division } from '../accesses/divide.ts';
import { slotsRead, type SlotName } from '../nests/placed-nest.ts';
import type { ScheduledNest } from '../schedule/schedule-nests.ts';

/** When a slot was touched, and whether shard by shard. */
interface Mark {
  readonly level: number;
  readonly sharded: boolean;
}

/**
 * The earliest stage of each nest: after the stages of what it reads, of what it overwrites, and of those
 * who read what it overwrites; in the same stage where both work shard by shard. A program that is not divided runs one
 * nest after another.
 * @param home The slot whose memory a slot is in.
 */
export function stageLevels(nests: readonly StagedNest[], home: (slot: SlotName) => SlotName, division: Division): readonly number[] {
  if (division.kind === 'whole') return [...nests.keys()];
  const written = new Map<SlotName, Mark>();
  const read = new Map<SlotName, Mark[]>();
  return nests.map(({ nest, sharded }) => {
    const [reads, writes] = [slotsRead(nest).map(home), home(nest.write.tensor)];
    const after = (before: Mark | undefined): number => (!before ? 0 : before.sharded && sharded ? before.level : before.level + 1);
    const level = Math.max(0, ...reads.map((slot) => after(written.get(slot))), after(written.get(writes)), ...(read.get(writes) ?? []).map(after));
    const mark: Mark = { level, sharded };
    written.set(writes, mark);
    for (const slot of reads) read.set(slot, [...(read.get(slot) ?? []), mark]);
    return level;
  });
}

export type StagedNest = Pick<ScheduledNest, 'nest' | 'sharded' | 'tasks'>;

export interface NestCode extends StagedNest {
  readonly entry: KernelFunction;
  readonly level: number;
}

/** Functions that run the sharded nests of a stage one after another are appended to `functions`. */
export function formStages(nests: readonly NestCode[], functions: KernelFunction[], program: string): readonly Stage[] {
  const count = Math.max(-1, ...nests.map(({ level }) => level)) + 1;
  return Array.from({ length: count }, (_, at): Stage => {
    const here = nests.filter(({ level }) => level === at);
    const sharded = here.filter((each) => each.sharded);
    const items = here.filter((each) => !each.sharded).map(({ entry, tasks }) => ({ entry, tasks }));
    const points = here.reduce((total, { nest }) => total + nest.axes.reduce((product, { extent }) => product * extent, 1), 0);
    const first = sharded[0];
    if (!first) return { items, points };
    const builder = functionBuilder(['task']);
    const task = get(present(builder.params[0], 'task'));
    const entry = builder.finish(
      `${program}_shard${at}`,
      sharded.map((each) => ({ kind: 'call', callee: each.entry, args: [task] })),
    );
    functions.push(entry);
    return { items: [{ entry, tasks: first.tasks }, ...items], points };
  });
}
