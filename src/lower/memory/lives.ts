// How long the values of a program are in use, so that those that never are at once share memory.
//
// What nests of the shards touch alone lies in parts, a shard's values together. Within a stage a shard's nests run one
// after another, so its values come and go nest by nest; all others come and go stage by stage:
//
//   stage 0, by shard: conv, pool      stage 1, by shard: pool_grad, conv_grad_weight      stage 2: sum over shards
//     value of pool      nests 1 to 2, in each shard's part
//     sums of shards     stages 1 to 2, whole

import { present } from '../../base/invariant.ts';
import { accessesOf } from '../accesses/domain.ts';
import { strideAlong } from '../accesses/resolve.ts';
import { needsZeros } from '../layouts/padding.ts';
import { slotsRead, type SlotName } from '../nests/placed-nest.ts';
import { isBaked, sharingOf, type PlannedProgram } from '../program/planned-program.ts';
import type { ScheduledNest } from '../schedule/schedule-nests.ts';
import type { Life } from './memory-plan.ts';

export interface SlotLife extends Life {
  readonly home: SlotName;
  /** It lies in the parts of the shards; `size` is of one part. */
  readonly inParts: boolean;
}

export function livesOf(planned: PlannedProgram): readonly SlotLife[] {
  const { leaves, nests, home, request, kept } = planned;
  const touches = new Map<SlotName, number[]>();
  for (const slot of leaves.keys()) if (!isBaked(planned, slot)) touches.set(home(slot), []);
  for (const [at, { nest }] of nests.entries()) {
    for (const slot of [nest.write.tensor, ...slotsRead(nest)]) {
      if (isBaked(planned, slot)) continue;
      const known = touches.get(home(slot));
      if (known) known.push(at);
      else touches.set(home(slot), [at]);
    }
  }
  const isDivided = request.division.kind === 'shards';
  return [...touches].map(([name, at]): SlotLife => {
    const layout = planned.layoutOf(name);
    const zeros = needsZeros(name, layout, planned.plan, sharingOf(request));
    // Zeros that nobody writes again must last.
    if (kept.has(name) || zeros === 'forever') return { name, home: name, size: layout.size, program: request.program, first: -Infinity, last: Infinity, padding: undefined, inParts: false };
    const inParts = isDivided && at.every((nest) => isOfShards(planned, present(nests[nest], 'nest'), name));
    const times = at.flatMap((nest) => timesOf(planned, nest, inParts));
    return {
      name: ownName(request.program, name),
      home: name,
      size: inParts ? layout.size / shardsOf(planned) : layout.size,
      program: request.program,
      first: Math.min(...times),
      last: Math.max(...times),
      padding: zeros === 'kept' ? JSON.stringify(layout) : undefined,
      inParts,
    };
  });
}

/** A copy of a weight has one name in several programs, but a place in each. */
export function ownName(program: string, home: SlotName): string {
  return `${program} ${home}`;
}

function shardsOf({ request: { division } }: PlannedProgram): number {
  return division.kind === 'shards' ? division.shards : 1;
}

/** Whether each task of a nest touches of a home the part of its shard alone. */
function isOfShards(planned: PlannedProgram, { sharded, domain }: ScheduledNest, home: SlotName): boolean {
  const { task, nest } = domain;
  if (!sharded || task === undefined) return sharded;
  const part = planned.layoutOf(home).size / shardsOf(planned);
  return accessesOf(nest).every((access) => planned.home(access.slot) !== home || strideAlong(access, task) === part);
}

/** When a nest touches a value: as the nests of a shard are numbered, or during all of its stage. */
function timesOf({ levels, nests }: PlannedProgram, nest: number, inParts: boolean): readonly number[] {
  const start = present(levels[nest], 'stage') * nests.length;
  return inParts ? [start + nest] : [start, start + nests.length - 1];
}
