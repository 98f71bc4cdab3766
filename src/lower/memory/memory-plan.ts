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

/** Those with one padding by the place that they share, places in the order in which they were taken. */
type Alike = Map<number, Life[]>;

/**
 * By decreasing size, each value takes the place of one that lies as it does, else the lowest gap among those that it
 * cannot share with.
 * @param from First element that may be used.
 */
export function planMemory(lives: readonly Life[], from: number): MemoryPlan {
  /** By their places, lowest first. */
  const placed: PlacedLife[] = [];
  const alike = new Map<string, Alike>();
  const offsets = new Map<string, number>();
  let elements = from;
  for (const life of lives.toSorted((a, b) => b.size - a.size || a.first - b.first || (a.name < b.name ? -1 : 1))) {
    const size = roundUp(Math.max(life.size, 1), alignment);
    const at = placeOfAlike(life, alike) ?? lowestGap(life, placed, size, from);
    placed.splice(firstAfter(placed, at), 0, { ...life, at, end: at + size });
    if (life.padding !== undefined) note(alike, life.padding, at, life);
    offsets.set(life.name, at);
    elements = Math.max(elements, at + size);
  }
  return { offsets, elements: roundUp(elements, alignment) };
}

function note(alike: Map<string, Alike>, padding: string, at: number, life: Life): void {
  const places: Alike = alike.get(padding) ?? new Map();
  const sharing = places.get(at) ?? [];
  sharing.push(life);
  alike.set(padding, places.set(at, sharing));
}

function meet(a: Life, b: Life): boolean {
  if (isLasting(a) || isLasting(b)) return true;
  return a.program === b.program && a.first <= b.last && b.first <= a.last;
}

function isLasting({ first, last }: Life): boolean {
  return first === -Infinity && last === Infinity;
}

/** Where values with the same padding are that it does not meet. */
function placeOfAlike(life: Life, alike: ReadonlyMap<string, Alike>): number | undefined {
  const places = life.padding === undefined ? undefined : alike.get(life.padding);
  return [...(places ?? [])].find(([, others]) => !others.some((other) => meet(life, other)))?.[0];
}

/** @param placed By their places, lowest first. */
function lowestGap(life: Life, placed: readonly PlacedLife[], size: number, from: number): number {
  let at = roundUp(from, alignment);
  for (const other of placed) {
    if (other.at >= at + size) break;
    const sharesNot = life.padding !== undefined || other.padding !== undefined || meet(life, other);
    if (sharesNot) at = Math.max(at, other.end);
  }
  return at;
}

/** How many of those in order lie at `at` or before. */
function firstAfter(placed: readonly PlacedLife[], at: number): number {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((placed[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function placeOf(plan: MemoryPlan, name: string): number {
  return present(plan.offsets.get(name), `place of ${name}`);
}
