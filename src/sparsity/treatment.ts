// The order in which groups are treated, and which of them cross.
//
// Where one set's groups lie in another's (2-D filters in filters, filters in a layer, a layer in a branch), shrinking
// leaf first is the exact proximal map of the sum of both (Jenatton et al., 2011). Otherwise structures come in their
// order (ir/structure.ts).

import type { GroupSet } from '../ir/group.ts';
import { nestsIn } from '../ir/partition.ts';
import { treatmentOf } from '../ir/structure.ts';

/** Sets of one structure keep their order. */
export function inOrderOfTreatment(sets: readonly GroupSet[]): readonly GroupSet[] {
  const waiting = sets.toSorted((a, b) => treatmentOf(a.penalty.structure) - treatmentOf(b.penalty.structure));
  const sharing = sharingSets(waiting);
  const ordered: GroupSet[] = [];
  const placed = new Set<GroupSet>();
  const place = (set: GroupSet): void => {
    if (placed.has(set)) return;
    placed.add(set);
    for (const other of sharing(set)) if (liesIn(other, set) && !liesIn(set, other)) place(other);
    ordered.push(set);
  };
  for (const set of waiting) place(set);
  return ordered;
}

/** Whether every group of `inner` is part of a group of `outer`. */
export function liesIn(inner: GroupSet, outer: GroupSet): boolean {
  const held = new Set(outer.members.map(({ parameter }) => parameter));
  if (!inner.members.every(({ parameter }) => held.has(parameter))) return false;
  return outer.count === 1 || (inner.partition !== undefined && outer.partition !== undefined && nestsIn(inner.partition, outer.partition));
}

/** Sets with common weights of which neither lies in the other. */
export function cross(a: GroupSet, b: GroupSet): boolean {
  return !liesIn(a, b) && !liesIn(b, a) && a.members.some(({ parameter }) => b.members.some((other) => other.parameter === parameter));
}

/** The other sets that have a parameter in common with a set. */
export function sharingSets(sets: readonly GroupSet[]): (set: GroupSet) => readonly GroupSet[] {
  const byParameter = new Map<string, GroupSet[]>();
  for (const set of sets) {
    for (const { parameter } of set.members) {
      const found = byParameter.get(parameter);
      if (found) found.push(set);
      else byParameter.set(parameter, [set]);
    }
  }
  return (set) => {
    const found = new Set(set.members.flatMap(({ parameter }) => byParameter.get(parameter) ?? []));
    found.delete(set);
    return [...found];
  };
}

/** Sets that hang together by common weights, where any two of them cross; the others are alone. In their order. */
export function crossingClusters(sets: readonly GroupSet[]): readonly (readonly GroupSet[])[] {
  const sharing = sharingSets(sets);
  const clusters: (readonly GroupSet[])[] = [];
  const seen = new Set<GroupSet>();
  for (const set of sets) {
    if (seen.has(set)) continue;
    const cluster = new Set([set]);
    for (const member of cluster) for (const other of sharing(member)) cluster.add(other);
    const inOrder = sets.filter((each) => cluster.has(each));
    for (const each of inOrder) seen.add(each);
    const crosses = inOrder.some((a) => inOrder.some((b) => a !== b && cross(a, b)));
    clusters.push(...(crosses ? [inOrder] : inOrder.map((each) => [each])));
  }
  return clusters;
}
