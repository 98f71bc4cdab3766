// Static memory: every value gets a fixed place. Values whose lives do not meet share one, as far as their padding
// allows: what must find zeros in its padding shares with nobody but values that lie in the very same way (padding.ts).

import { present } from '../../base/invariant.ts';
import { roundUp } from '../layouts/tensor-layout.ts';

export interface Life {
  readonly name: string;
  /** In elements. */
  readonly size: number;
  /** Lives of programs that never run at once do not meet. */
  readonly program: string;
  /** When it is first and last touched; infinite: it lives between runs too, and meets everything. */
  readonly first: number;
  readonly last: number;
  /** How it lies, where its padding must be zero. Absent: nobody minds what was there before. */
  readonly padding: string | undefined;
}

/** Elements that places start at a multiple of: a cache line of 64 bytes. */
const alignment = 16;

export interface MemoryPlan {
  /** Element offset by name. */
  readonly offsets: ReadonlyMap<string, number>;
  /** First element after all places. */
  readonly elements: number;
}

interface PlacedLife extends Life {
  readonly at: number;
  readonly end: number;
}

/**
 * By decreasing size, each value takes the place of one that lies as it does, else the lowest gap among those that it
 * cannot share with.
 * @param from First element that may be used.
 */
export function planMemory(lives: readonly Life[], from: number): MemoryPlan {
  const placed: PlacedLife[] = [];
  const offsets = new Map<string, number>();
  let elements = from;
  for (const life of lives.toSorted((a, b) => b.size - a.size || a.first - b.first || (a.name < b.name ? -1 : 1))) {
    const size = roundUp(Math.max(life.size, 1), alignment);
    const at = placeOfAlike(life, placed) ?? lowestGap(placed.filter((other) => meet(life, other) || life.padding !== undefined || other.padding !== undefined), size, from);
    placed.push({ ...life, at, end: at + size });
    offsets.set(life.name, at);
    elements = Math.max(elements, at + size);
  }
  return { offsets, elements: roundUp(elements, alignment) };
}

function meet(a: Life, b: Life): boolean {
  if ([a, b].some(({ first, last }) => first === -Infinity && last === Infinity)) return true;
  return a.program === b.program && a.first <= b.last && b.first <= a.last;
}

/** Where values with the same padding are that it does not meet. */
function placeOfAlike(life: Life, placed: readonly PlacedLife[]): number | undefined {
  if (life.padding === undefined) return undefined;
  const alike = placed.filter(({ padding }) => padding === life.padding);
  return alike.find(({ at }) => alike.every((other) => other.at !== at || !meet(life, other)))?.at;
}

function lowestGap(others: readonly PlacedLife[], size: number, from: number): number {
  let at = roundUp(from, alignment);
  for (const other of others.toSorted((a, b) => a.at - b.at)) {
    if (other.at >= at + size) break;
    at = Math.max(at, other.end);
  }
  return at;
}

export function placeOf(plan: MemoryPlan, name: string): number {
  return present(plan.offsets.get(name), `place of ${name}`);
}
