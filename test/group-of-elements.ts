// The groups of a parameter's elements, for tests that zero some of them.

import { sizeOf } from '../src/base/tensor.ts';
import type { GroupSlice } from '../src/ir/group.ts';
import { eachElement } from '../src/sparsity/elements.ts';

/** The group of each element of a member's parameter, row-major; -1 where it is in none. */
export function groupOfElements(member: Pick<GroupSlice, 'view' | 'keep' | 'tiling' | 'groups'>): Int32Array {
  const { tiling } = member;
  const groups = new Int32Array(tiling ? tiling.parts * tiling.rows * tiling.columns : sizeOf(member.view)).fill(-1);
  eachElement(member, (element, group) => void (groups[element] = group));
  return groups;
}
