// Norms of groups, and which of them are alive.

import { present } from '../base/invariant.ts';
import type { GroupSet } from '../ir/group.ts';
import { eachElement } from './elements.ts';

/** Parameter values by name, row-major in logical layout. */
export type ParameterValues = ReadonlyMap<string, { readonly data: ArrayLike<number> }>;

/** ||w_g||_2 of each group, with its square root. */
export function norms(set: GroupSet, parameters: ParameterValues): Float64Array {
  const squares = new Float64Array(set.count);
  for (const member of set.members) {
    const { data } = present(parameters.get(member.parameter), `parameter ${member.parameter}`);
    eachElement(member, (element, group) => {
      squares[group] = (squares[group] as number) + (data[element] as number) ** 2;
    });
  }
  return squares.map(Math.sqrt);
}

/** 1 for each group with an element that is not exactly zero. Tiny elements whose squares vanish count as alive. */
export function alive(set: GroupSet, parameters: ParameterValues): Uint8Array {
  const flags = new Uint8Array(set.count);
  for (const member of set.members) {
    const { data } = present(parameters.get(member.parameter), `parameter ${member.parameter}`);
    eachElement(member, (element, group) => {
      if (data[element] !== 0) flags[group] = 1;
    });
  }
  return flags;
}
