// The order in which groups are treated, and which of them cross.
//
// Where one set's groups lie in another's (2-D filters in filters, filters in a layer, a layer in a branch), shrinking
// leaf first is the exact proximal map of the sum of both (Jenatton et al., 2011). Otherwise structures come in their
// order (ir/structure.ts).

import { present } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import type { GroupSet } from '../ir/group.ts';
import { nestsIn } from '../ir/partition.ts';
import { treatmentOf } from '../ir/structure.ts';
import { eachElement } from './elements.ts';

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
  if (outer.count === 1) return true;
  if (!inner.partition) return false;
  return outer.partition ? nestsIn(inner.partition, outer.partition) : isWithin(inner, outer);
}

/** By their elements: every group of `inner` has elements of one group of `outer` alone. */
function isWithin(inner: GroupSet, outer: GroupSet): boolean {
  const around = new Int32Array(inner.count).fill(-1);
  return inner.members.every((member) => {
    const owner = new Int32Array(sizeOf(member.view)).fill(-1);
    for (const other of outer.members) {
      if (other.parameter !== member.parameter) continue;
      eachElement(other, (element, group) => {
        owner[element] = group;
      });
    }
    let within = true;
    eachElement(member, (element, group) => {
      const found = present(owner[element], 'owner');
      if (around[group] === -1) around[group] = found;
      within &&= found !== -1 && around[group] === found;
    });
    return within;
  });
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

/** Sets, in their order, no two of which cross: mapped one after the other they are mapped exactly. */
export type Chain = readonly GroupSet[];

/** Sets that hang together by common weights, divided into as few chains as come of taking them in order. */
export function crossingChains(sets: readonly GroupSet[]): readonly (readonly Chain[])[] {
  const sharing = sharingSets(sets);
  const clusters: (readonly Chain[])[] = [];
  const seen = new Set<GroupSet>();
  for (const set of sets) {
    if (seen.has(set)) continue;
    const cluster = new Set([set]);
    for (const member of cluster) for (const other of sharing(member)) cluster.add(other);
    for (const each of cluster) seen.add(each);
    clusters.push(chainsOf(sets.filter((each) => cluster.has(each))));
  }
  return clusters;
}

function chainsOf(sets: readonly GroupSet[]): readonly Chain[] {
  const chains: GroupSet[][] = [];
  for (const set of sets) {
    const chain = chains.find((each) => !each.some((other) => cross(set, other)));
    if (chain) chain.push(set);
    else chains.push([set]);
  }
  return chains;
}
