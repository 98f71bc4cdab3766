// From a penalty to the groups of weights it regularizes. A layer's op says how its own parameters fall
// into groups (`penalizes`); rows also take the parameters of batch norm behind the layer (norm-members.ts).

import { invariant, present } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Node, Value } from '../ir/graph.ts';
import type { GroupSet, GroupSlice } from '../ir/group.ts';
import type { Network, Penalty } from '../ir/network.ts';
import type { Op, OpRegistry } from '../ir/op.ts';
import type { LayerStructure, StructureKind } from '../ir/structure.ts';
import { normMembers } from './norm-members.ts';

/**
 * Order in which the sequential map treats penalties that cross. Nested structures come leaf first (fibers,
 * then channels), where the sequence is the exact proximal map of their sum (Jenatton et al., 2011).
 */
const treatmentOrder: readonly StructureKind[] = ['filters', 'neurons', 'fibers', 'channels', 'inputs'];

/** Penalties in the order of the sequential proximal map; penalties of one structure keep theirs. */
export function orderPenalties(penalties: readonly Penalty[]): readonly Penalty[] {
  return [...penalties].sort((a, b) => treatmentOrder.indexOf(a.structure) - treatmentOrder.indexOf(b.structure));
}

/** The structures of a layer that can be penalised. */
export function structuresOf(node: Node, op: Op, network: Network): readonly LayerStructure[] {
  const syntax = op.syntax;
  if (!syntax?.penalizes) return [];
  const nodes = nodeMap(network.graph);
  const operands = node.inputs.slice(0, syntax.operands.length).map((value) => shapeOf(nodes, value));
  return syntax.penalizes(node.attrs, operands);
}

/** The groups of one penalty, its layer and structure being known to exist (the checker has seen to it). */
export function groupSet(network: Network, ops: OpRegistry, penalty: Penalty): GroupSet {
  const found = network.graph.nodes
    .filter((node) => node.layer === penalty.layer)
    .flatMap((node) => structuresOf(node, present(ops.get(node.op), `op ${node.op}`), network).map((structure) => ({ node, structure })))
    .find(({ structure }) => structure.structure === penalty.structure);
  const { node, structure } = present(found, `${penalty.structure} of ${penalty.layer}`);

  const members: GroupSlice[] = structure.members.map(({ suffix, view, keep }) => ({ parameter: `${penalty.layer}.${suffix}`, view, keep }));
  if (penalty.structure === 'filters' || penalty.structure === 'neurons') members.push(...normMembers(network, ops, node));

  const counts = members.map((member) => extent(member, true));
  const count = present(counts[0], `members of ${penalty.structure} of ${penalty.layer}`);
  invariant(counts.every((other) => other === count), () => `members of ${penalty.structure} of ${penalty.layer} number ${counts.join(', ')} groups`);
  const size = members.reduce((sum, member) => sum + extent(member, false), 0);
  return { penalty, count, members, size, factor: penalty.weighting === 'sqrt_size' ? Math.sqrt(size) : 1 };
}

/** All groups of a model, in the order of the sequential map. */
export function groupSets(network: Network, ops: OpRegistry, penalties: readonly Penalty[]): readonly GroupSet[] {
  return orderPenalties(penalties).map((penalty) => groupSet(network, ops, penalty));
}

/** Visits the elements of a member's parameter, row-major, each with its group. */
export function eachElement({ view, keep }: Pick<GroupSlice, 'view' | 'keep'>, visit: (element: number, group: number) => void): void {
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

function extent(member: GroupSlice, kept: boolean): number {
  return sizeOf(member.view.filter((_, axis) => member.keep.includes(axis) === kept));
}

function shapeOf(nodes: ReadonlyMap<number, Node>, value: Value): readonly number[] {
  return present(nodes.get(value.node)?.results[value.result], `%${valueKey(value)}`);
}
