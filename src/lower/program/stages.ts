// Stages: what may run before which barrier. Nests over the samples of one shard follow each other within
// a task; everything else waits until what it reads is complete.
//
//   relu_grad, conv_grad_weight (by shard), sum over shards, update   =>   [relu_grad; conv_grad_weight] | [sum] | [update]

import { present } from '../../base/invariant.ts';
import { functionBuilder, get, type KernelFunction, type Stage, type StageItem } from '../../ir/kernel.ts';
import type { Division } from '../accesses/divide.ts';
import { rangeOf } from '../accesses/resolve.ts';
import { slotsRead, type PlacedNest, type SlotName } from '../nests/placed-nest.ts';
import type { ScheduledNest } from '../schedule/schedule-nests.ts';

/** When a slot was touched, and whether shard by shard. */
interface Mark {
  readonly level: number;
  readonly sharded: boolean;
}

export interface StageRequest {
  readonly nests: readonly StagedNest[];
  readonly division: Division;
  /** The slot whose memory a slot is in. */
  readonly home: (slot: SlotName) => SlotName;
  /** Homes that hold something between runs. */
  readonly kept: ReadonlySet<SlotName>;
}

/** The stage of each nest. A program that is not divided, nor cut into tasks, runs one nest after another. */
export function stageLevels(request: StageRequest): readonly number[] {
  const { nests, division, home } = request;
  if (division.kind === 'whole') return division.cutFrom !== undefined ? afterConflicts(nests, home) : [...nests.keys()];
  const touches = nests.map(({ nest, sharded }): Touches => ({ sharded, reads: slotsRead(nest).map(home), writes: home(nest.write.tensor) }));
  return delayed(touches, earliest(touches), request.kept);
}

/** The earliest stage of each nest, which comes after those of all whose order with it matters. */
function afterConflicts(nests: readonly StagedNest[], home: (slot: SlotName) => SlotName): readonly number[] {
  const levels: number[] = [];
  const touches = nests.map(({ nest }) => ({ nest, reads: new Set(slotsRead(nest).map(home)), writes: home(nest.write.tensor) }));
  for (const [at, b] of touches.entries()) {
    const before = touches.slice(0, at).map((a, i) => {
      const isFree = !a.reads.has(b.writes) && !b.reads.has(a.writes) && (a.writes !== b.writes || writeApart(a.nest, b.nest));
      return isFree ? 0 : present(levels[i], 'stage') + 1;
    });
    levels.push(Math.max(0, ...before));
  }
  return levels;
}

/** Whether two nests write other elements of one tensor: the groups of a convolution do. */
function writeApart(a: PlacedNest, b: PlacedNest): boolean {
  if (a.write.tensor !== b.write.tensor) return false;
  return a.write.index.some((index, dimension) => {
    const [first, second] = [rangeOf(index, a.axes), rangeOf(present(b.write.index[dimension], 'index'), b.axes)];
    return first[1] < second[0] || second[1] < first[0];
  });
}

/** The homes that a nest touches. */
interface Touches {
  readonly sharded: boolean;
  readonly reads: readonly SlotName[];
  readonly writes: SlotName;
}

/**
 * The earliest stage of each nest: after the stages of what it reads, of what it overwrites, and of those
 * who read what it overwrites; in the same stage where both work shard by shard.
 */
function earliest(nests: readonly Touches[]): readonly number[] {
  const written = new Map<SlotName, Mark>();
  const read = new Map<SlotName, Mark[]>();
  return nests.map(({ sharded, reads, writes }) => {
    const after = (before: Mark | undefined): number => (!before ? 0 : before.sharded && sharded ? before.level : before.level + 1);
    const level = Math.max(0, ...reads.map((slot) => after(written.get(slot))), after(written.get(writes)), ...(read.get(writes) ?? []).map(after));
    const mark: Mark = { level, sharded };
    written.set(writes, mark);
    for (const slot of reads) read.set(slot, [...(read.get(slot) ?? []), mark]);
    return level;
  });
}

/**
 * A nest waits for the stage that wants what it writes, if all that it reads is held until then anyway: so its result
 * is held for a shorter time. The zeros that a gradient is scattered into are not written while images are still read.
 */
function delayed(nests: readonly Touches[], levels: readonly number[], kept: ReadonlySet<SlotName>): readonly number[] {
  const lastOf = new Map<SlotName, number>();
  for (const [at, { reads, writes }] of nests.entries()) for (const slot of [...reads, writes]) lastOf.set(slot, Math.max(lastOf.get(slot) ?? 0, present(levels[at], 'stage')));
  const result = [...levels];
  // Of the nests behind, by home: the first stage in which one of the shards touches or writes it, and in which another does.
  const [touched, written] = [firstStages(), firstStages()];
  for (const [at, { sharded, reads, writes }] of [...nests.entries()].toReversed()) {
    const level = present(levels[at], 'stage');
    const wanted = Math.min(touched.before(writes, sharded), ...reads.map((slot) => written.before(slot, sharded)));
    const waits = wanted < Infinity && !kept.has(writes) && reads.every((slot) => slot === writes || kept.has(slot) || (lastOf.get(slot) ?? 0) >= wanted);
    const mark: Mark = { sharded, level: waits ? Math.max(level, wanted) : level };
    result[at] = mark.level;
    for (const slot of [...reads, writes]) touched.note(slot, mark);
    written.note(writes, mark);
  }
  return result;
}

interface FirstStages {
  readonly note: (home: SlotName, mark: Mark) => void;
  /** The last stage from which nests of the shards, or others, are before all that were noted of a home. */
  readonly before: (home: SlotName, sharded: boolean) => number;
}

function firstStages(): FirstStages {
  const [ofShards, ofOthers] = [new Map<SlotName, number>(), new Map<SlotName, number>()];
  return {
    note: (home, { level, sharded }) => {
      const first = sharded ? ofShards : ofOthers;
      first.set(home, Math.min(first.get(home) ?? Infinity, level));
    },
    before: (home, sharded) => Math.min((ofShards.get(home) ?? Infinity) - (sharded ? 0 : 1), (ofOthers.get(home) ?? Infinity) - 1),
  };
}

export type StagedNest = Pick<ScheduledNest, 'nest' | 'sharded'>;

export interface NestCode extends StagedNest {
  /** One of those that are sharded. */
  readonly items: readonly StageItem[];
  readonly level: number;
}

/** Functions that run the sharded nests of a stage one after another are appended to `functions`. */
export function formStages(nests: readonly NestCode[], functions: KernelFunction[], program: string): readonly Stage[] {
  const count = Math.max(-1, ...nests.map(({ level }) => level)) + 1;
  return Array.from({ length: count }, (_, at): Stage => {
    const here = nests.filter(({ level }) => level === at);
    const sharded = here.filter((each) => each.sharded);
    const items = here.filter((each) => !each.sharded).flatMap((each) => each.items);
    const points = here.reduce((total, { nest }) => total + nest.axes.reduce((product, { extent }) => product * extent, 1), 0);
    const shards = sharded.flatMap((each) => each.items);
    const [first] = shards;
    if (!first) return { items, points };
    const builder = functionBuilder(['task']);
    const task = get(present(builder.params[0], 'task'));
    const entry = builder.finish(
      `${program}_shard${at}`,
      shards.map((each) => ({ kind: 'call', callee: each.entry, args: [task] })),
    );
    functions.push(entry);
    return { items: [{ entry, tasks: first.tasks }, ...items], points };
  });
}
