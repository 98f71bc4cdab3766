// How many groups a budget leaves, and which: one rule for all methods.

import type { GroupSet } from '../ir/group.ts';
import type { KeptGroups } from '../ir/network.ts';

/** Of `total` groups. Per cent are rounded to the nearest number, halves up: 25% of 50 are 13. */
export function keptCount(keep: KeptGroups, total: number): number {
  return 'groups' in keep ? keep.groups : Math.floor((total * keep.percent) / 100 + 0.5);
}

/** 1 for each group that is not among the `kept` largest. Of equal ones those with smaller numbers stay. */
export function leastGroups({ count }: GroupSet, sizes: Float64Array, kept: number): Uint8Array {
  const bySize = Array.from({ length: count }, (_, group) => group).sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b);
  const least = new Uint8Array(count);
  for (const group of bySize.slice(kept)) least[group] = 1;
  return least;
}
