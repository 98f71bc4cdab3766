// Static memory: every slot gets a fixed place. Slots whose lives do not meet share one; a slot with a halo
// shares with none of its program, because its zeros must survive from run to run (padding.ts).

import { present } from '../../base/invariant.ts';
import { roundUp } from '../layouts/tensor-layout.ts';

export interface Life {
  readonly name: string;
  /** In elements. */
  readonly size: number;
  /** Numbers of the first and the last nest that touch it; infinite: always alive. */
  readonly first: number;
  readonly last: number;
}

/** Elements that places start at a multiple of: a cache line of 64 bytes. */
const alignment = 16;

export interface MemoryPlan {
  /** Element offset by slot. */
  readonly offsets: ReadonlyMap<string, number>;
  /** First element after all places. */
  readonly elements: number;
}

/**
 * By decreasing size, each slot takes the lowest gap among those already placed whose lives meet its own.
 * @param from First element that may be used.
 */
export function planMemory(lives: readonly Life[], from: number): MemoryPlan {
  const placed: (Life & { readonly at: number; readonly end: number })[] = [];
  const offsets = new Map<string, number>();
  let elements = from;
  for (const life of lives.toSorted((a, b) => b.size - a.size || a.first - b.first || (a.name < b.name ? -1 : 1))) {
    const size = roundUp(Math.max(life.size, 1), alignment);
    const meeting = placed.filter((other) => other.first <= life.last && life.first <= other.last).toSorted((a, b) => a.at - b.at);
    let at = roundUp(from, alignment);
    for (const other of meeting) {
      if (other.at >= at + size) break;
      at = Math.max(at, other.end);
    }
    placed.push({ ...life, at, end: at + size });
    offsets.set(life.name, at);
    elements = Math.max(elements, at + size);
  }
  return { offsets, elements: roundUp(elements, alignment) };
}

export function placeOf(plan: MemoryPlan, slot: string): number {
  return present(plan.offsets.get(slot), `place of ${slot}`);
}
