// The nearest values within all budgets: of each set the groups of largest norm stay, all others are zero. Of sets that
// cross or nest one comes after the other, in their order, and what is zero counts as zero in the next: no budget is
// exceeded, though for groups that cross the result need not be the nearest.

import type { GroupSet } from '../../ir/group.ts';
import { eachElement } from '../../sparsity/groups.ts';
import { leastGroups, keptCount } from '../../sparsity/kept-count.ts';
import type { ParameterValues } from '../../sparsity/norms.ts';
import { invariant, present } from '../../base/invariant.ts';
import { keptAfter } from '../rounds.ts';
import type { Round } from '../rounds.ts';
import type { Salience } from './method.ts';
import { budgetOf } from './steps.ts';

/** Values by the name of a parameter, which become zero where they are not kept. */
export type Projected = ReadonlyMap<string, { readonly data: Float32Array | Float64Array }>;

/**
 * Makes zero, in `values`, all groups beyond the budgets; answers which those are, by set.
 * @param keptOf How many of `total` groups stay; the budget unless given.
 */
export function project(sets: readonly GroupSet[], values: Projected, salience: Salience, keptOf: (set: GroupSet) => number = keptGroups): readonly Uint8Array[] {
  return sets.map((set) => {
    const least = leastGroups(set, salience(set, values), keptOf(set));
    for (const member of set.members) {
      const { data } = present(values.get(member.parameter), `value of ${member.parameter}`);
      eachElement(member, (element, group) => {
        if (least[group] === 1) data[element] = 0;
      });
    }
    return least;
  });
}

export function keptGroups(set: GroupSet): number {
  const { keep } = budgetOf(set);
  invariant(keep !== 'shared', 'a share has been given out');
  return keptCount(keep, set.count);
}

/** How many groups of a set a round leaves. */
export function keptIn(round: Pick<Round, 'number' | 'of'>): (set: GroupSet) => number {
  return (set) => keptAfter(round, set.count, keptGroups(set));
}

/** Copies of parameters that sets have groups of. */
export function copiesOf(sets: readonly GroupSet[], values: ParameterValues): ReadonlyMap<string, { readonly data: Float64Array }> {
  const names = new Set(sets.flatMap(({ members }) => members.map(({ parameter }) => parameter)));
  return new Map([...names].map((name) => [name, { data: Float64Array.from(present(values.get(name), `value of ${name}`).data) }]));
}
