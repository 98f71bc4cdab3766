// State is an input and an output that share a place where the last reader allows it, else the output is copied at the
// end of the program.
//
//   state %1 <- %40         nest update: %40 = %1 - ...  reads %1 in place, and nobody later    =>   %40 is where %1 is

import { present } from '../../base/invariant.ts';
import type { Graph, Value } from '../../ir/graph.ts';
import { copyNest } from '../nests/copy-nest.ts';
import { nestLoads } from '../nests/nest-loads.ts';
import { slotsRead, type PlacedNest, type SlotName } from '../nests/placed-nest.ts';

export interface StatePlan {
  /** By the slot of a new value, that of the old one, whose place it takes. */
  readonly aliases: ReadonlyMap<SlotName, SlotName>;
  /** State that cannot be replaced in place, moved at the end. */
  readonly copies: readonly PlacedNest[];
}

export function planState(graph: Graph, nests: readonly PlacedNest[], nameOf: (value: Value) => SlotName, shapeOf: (slot: SlotName) => readonly number[]): StatePlan {
  const aliases = new Map<SlotName, SlotName>();
  const copies: PlacedNest[] = [];
  const uses = usesOf(nests);
  for (const pair of graph.state) {
    const [from, to] = [nameOf(pair.output), nameOf(pair.input)];
    if (mayReplace(nests, uses, from, to)) aliases.set(from, to);
    else copies.push(copyNest(from, to, shapeOf(to)));
  }
  return { aliases, copies };
}

/** Where in the order of nests each slot is read and written. */
interface Uses {
  readonly reads: ReadonlyMap<SlotName, readonly number[]>;
  readonly writes: ReadonlyMap<SlotName, readonly number[]>;
}

function usesOf(nests: readonly PlacedNest[]): Uses {
  const [reads, writes] = [new Map<SlotName, number[]>(), new Map<SlotName, number[]>()];
  const note = (places: Map<SlotName, number[]>, slot: SlotName, at: number): void => {
    const known = places.get(slot);
    if (known) known.push(at);
    else places.set(slot, [at]);
  };
  for (const [at, nest] of nests.entries()) {
    for (const slot of new Set(slotsRead(nest))) note(reads, slot, at);
    note(writes, nest.write.tensor, at);
  }
  return { reads, writes };
}

/** Whether `from` may be written where `to` is: nobody reads the old value later, and its writer reads it in place. */
function mayReplace(nests: readonly PlacedNest[], { reads, writes }: Uses, from: SlotName, to: SlotName): boolean {
  const [writer, ...others] = writes.get(from) ?? [];
  if (writer === undefined || others.length > 0) return false;
  return (reads.get(to) ?? []).every((at) => at < writer || (at === writer && readsInPlace(present(nests[at], 'nest'), to)));
}

/** Whether a nest reads of a slot only the element that it writes. */
function readsInPlace(nest: PlacedNest, slot: SlotName): boolean {
  return nestLoads(nest)
    .filter(({ tensor }) => tensor === slot)
    .every(({ index }) => JSON.stringify(index) === JSON.stringify(nest.write.index));
}
