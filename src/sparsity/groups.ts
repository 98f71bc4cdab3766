// From a penalty to the groups of weights it regularizes. A structure divides every parameter that has the axes of its
// key: those of the layer itself, and those of batch norm behind it, which has one a row (norm-parameters.ts).

import { invariant, present } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import { nodeMap } from '../ir/graph.ts';
import type { Node } from '../ir/graph.ts';
import type { GroupSet, GroupSlice } from '../ir/group.ts';
import type { Network, Penalty } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { groupView, rowAxes, structureNamed, treatmentOf } from '../ir/structure.ts';
import type { LayerAxes, ParameterAxes } from '../ir/structure.ts';
import { inputShapes } from './constant-maps.ts';
import { normParameters } from './norm-parameters.ts';

/** Penalties in the order of the sequential proximal map; penalties of one structure keep theirs. */
export function orderPenalties(penalties: readonly Penalty[]): readonly Penalty[] {
  return penalties.toSorted((a, b) => treatmentOf(a.structure) - treatmentOf(b.structure));
}

/** What the axes of a node's parameters count; undefined where it has none to lose. */
export function weightAxesOf(node: Node, { graph }: Pick<Network, 'graph'>, ops: OpRegistry): LayerAxes | undefined {
  const { syntax } = present(ops.get(node.op), `op ${node.op}`);
  return syntax?.weightAxes?.(node.attrs, inputShapes(node, nodeMap(graph)).slice(0, syntax.operands.length));
}

/** The node of a layer that has weights, and what the axes of these count; the layer has structures. */
export function axesOfLayer(layer: string, network: Pick<Network, 'graph'>, ops: OpRegistry): { readonly node: Node; readonly axes: LayerAxes } {
  const found = network.graph.nodes.flatMap((node) => {
    const axes = node.layer === layer ? weightAxesOf(node, network, ops) : undefined;
    return axes ? [{ node, axes }] : [];
  });
  return present(found[0], `weights of ${layer}`);
}

/** The groups of one penalty, its layer and structure being known to exist (the checker has seen to it). */
export function groupSet(network: Network, ops: OpRegistry, penalty: Penalty): GroupSet {
  const { key } = structureNamed(penalty.structure);
  const { node, axes } = axesOfLayer(penalty.layer, network, ops);
  const slice = (parameter: string, of: ParameterAxes): GroupSlice[] => {
    const view = groupView(of, key);
    return view ? [{ parameter, ...view }] : [];
  };
  const members = [
    ...axes.flatMap((parameter) => slice(`${penalty.layer}.${parameter.suffix}`, parameter)),
    ...normParameters(network, ops, node).flatMap((name) => slice(name, rowAxes(axes))),
  ];

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

