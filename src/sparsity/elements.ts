// The elements of groups.

import { present } from '../base/invariant.ts';
import type { GroupSlice } from '../ir/group.ts';
import { tilePartition } from '../ir/partition.ts';
import type { Tiling } from '../ir/partition.ts';

/** Visits the elements of a member's parameter that are in groups, row-major, each with its group. */
export function eachElement({ view, keep, tiling, groups }: Pick<GroupSlice, 'view' | 'keep' | 'tiling' | 'groups'>, visit: (element: number, group: number) => void): void {
  if (tiling) return eachTiled(tiling, visit);
  if (groups) {
    return eachElement({ view, keep }, (element, line) => {
      const group = present(groups[line], 'group');
      if (group !== -1) visit(element, group);
    });
  }
  let element = 0;
  // Going down the axes, an element's group so far is that of its prefix, extended on kept axes.
  const walk = (axis: number, prefix: number): void => {
    const length = view[axis];
    if (length === undefined) {
      visit(element++, prefix);
      return;
    }
    const kept = keep.includes(axis);
    for (let i = 0; i < length; i++) walk(axis + 1, kept ? prefix * length + i : prefix);
  };
  walk(0, 0);
}

function eachTiled(tiling: Tiling, visit: (element: number, group: number) => void): void {
  const { rows, columns } = tilePartition(tiling);
  const width = columns.of.length;
  for (const [row, down] of rows.of.entries()) {
    for (let column = 0; column < width; column++) visit(row * width + column, down * columns.count + (columns.of[column] as number));
  }
}
