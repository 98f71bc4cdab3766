// The nearest values within all budgets: of each set the groups of largest norm stay, all others are zero. Of sets that
// cross or nest one comes after the other, in their order, and what is zero counts as zero in the next: no budget is
// exceeded, though for groups that cross the result need not be the nearest.
//
// Layers come in the order of the network, and what a weight has on a channel that no longer varies counts as zero: of columns
// that only channels feed which have gone, none is kept in place of one that says something.

import type { Graph, Program } from '../../ir/graph.ts';
import type { GroupSet } from '../../ir/group.ts';
import { fedName, isParameter } from '../../ir/leaf.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { eachElement } from '../../sparsity/elements.ts';
import { leastGroups, keptCount } from '../../sparsity/kept-count.ts';
import type { ParameterValues } from '../../sparsity/norms.ts';
import { varyingChannels, zeroUnread } from '../../sparsity/varying-channels.ts';
import { invariant, present } from '../../base/invariant.ts';
import { keptAfter } from '../rounds.ts';
import type { Round } from '../rounds.ts';
import type { Moment, Salience } from './method.ts';
import { budgetOf } from './steps.ts';

/** Values by the name of a parameter, which become zero where they are not kept. */
export type Projected = ReadonlyMap<string, { readonly data: Float64Array }>;

/** The network that weights are of. */
export interface Surroundings {
  /** Its forward graph. */
  readonly graph: Graph;
  readonly ops: OpRegistry;
  /** Of all its parameters. */
  readonly values: ParameterValues;
}

/**
 * Makes zero, in `values`, all groups beyond the budgets; answers which those are, by set.
 * @param keptOf How many groups stay; the budget unless given.
 */
export function project(sets: readonly GroupSet[], values: Projected, salience: Salience, network: Surroundings, keptOf: (set: GroupSet) => number = keptGroups): readonly Uint8Array[] {
  const least = new Map<GroupSet, Uint8Array>();
  const settle = (set: GroupSet): void => {
    const flags = leastGroups(set, salience(set, values), keptOf(set));
    least.set(set, flags);
    for (const member of set.members) {
      const { data } = present(values.get(member.parameter), `value of ${member.parameter}`);
      eachElement(member, (element, group) => {
        if (flags[group] === 1) data[element] = 0;
      });
    }
  };
  const program = programOf(network, values);
  varyingChannels(program, network.ops, (node, of) => {
    const ofLayer = sets.filter((set) => set.penalty.layer === node.layer && !least.has(set));
    if (ofLayer.length === 0) return;
    zeroUnread(node, program, network.ops, of);
    ofLayer.forEach(settle);
  });
  return sets.map((set) => {
    if (!least.has(set)) settle(set);
    return present(least.get(set), 'groups that go');
  });
}

export function surroundingsOf({ graph, ops, held }: Moment): Surroundings {
  return { graph, ops, values: held };
}

/** The values of sets themselves, which change meanwhile; of all other parameters copies. */
function programOf({ graph, values: all }: Surroundings, values: Projected): Program {
  const parameters = graph.nodes.filter(isParameter).map((node) => {
    const name = present(fedName(node), 'name of a parameter');
    return [name, { shape: present(node.results[0], 'shape'), data: values.get(name)?.data ?? Float64Array.from(present(all.get(name), name).data) }] as const;
  });
  return { graph, parameters: new Map(parameters) };
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
