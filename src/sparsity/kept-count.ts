// How many groups a budget leaves, and which: one rule for all methods.

import type { GroupSet } from '../ir/group.ts';
import type { KeptGroups } from '../ir/network.ts';

/** Of `total` groups. Per cent are rounded to the nearest number, halves up: 25% of 50 are 13. */
export function keptCount(keep: KeptGroups, total: number): number {
  return 'groups' in keep ? keep.groups : Math.floor((total * keep.percent) / 100 + 0.5);
}

/** 1 for each group that is not among the `kept` largest. Of equal ones those with smaller numbers stay. */
export function leastGroups({ count }: Pick<GroupSet, 'count'>, sizes: Float64Array, kept: number): Uint8Array {
  const least = new Uint8Array(count);
  if (kept >= count) return least;
  if (kept <= 0) return least.fill(1);
  // Of millions of groups the sizes alone are sorted, not the groups by size.
  const smallest = sizes.toSorted()[count - kept] as number;
  let room = kept - sizes.reduce((larger, size) => (size > smallest ? larger + 1 : larger), 0);
  for (let group = 0; group < count; group++) {
    const size = sizes[group] as number;
    if (size > smallest) continue;
    if (size === smallest && room > 0) room--;
    else least[group] = 1;
  }
  return least;
}
