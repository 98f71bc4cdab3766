// From a penalty to the groups of weights it regularizes. A structure divides every parameter that has the axes of its
// key: those of the layer itself, and those of batch norm behind it, which has one a row (norm-parameters.ts). A branch
// is one group of all that is trained on it (branches.ts).

import { invariant, present } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import { nodeMap } from '../ir/graph.ts';
import type { Node } from '../ir/graph.ts';
import type { GroupSet, GroupSlice } from '../ir/group.ts';
import type { Network, Penalty } from '../ir/network.ts';
import { joinsBranches } from '../ir/op.ts';
import type { OpRegistry } from '../ir/op.ts';
import { partitionOf, tileCounts, tilePartition, tilingOf } from '../ir/partition.ts';
import type { Partition, Tiling } from '../ir/partition.ts';
import { groupView, rowAxes, structureNamed } from '../ir/structure.ts';
import type { LayerAxes, ParameterAxes, WeightAxis } from '../ir/structure.ts';
import { branchInto } from './branches.ts';
import { inputShapes } from './constant-maps.ts';
import { normParameters } from './norm-parameters.ts';
import { inOrderOfTreatment } from './treatment.ts';

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
  return structureNamed(penalty.structure).key === 'branch' ? branchSet(network, ops, penalty) : layerSet(network, ops, penalty);
}

function layerSet(network: Network, ops: OpRegistry, penalty: Penalty): GroupSet {
  const structure = structureNamed(penalty.structure);
  const given = penalty.arguments ?? {};
  const { node, axes } = axesOfLayer(penalty.layer, network, ops);
  const partition = partitionOf(structure, given, axes);
  const nameOf = ({ suffix }: ParameterAxes): string => `${penalty.layer}.${suffix}`;
  const slice = (parameter: string, of: ParameterAxes, key: readonly WeightAxis[]): GroupSlice[] => {
    const view = groupView(of, key);
    return view ? [{ parameter, ...view }] : [];
  };
  const ofKey = (key: readonly WeightAxis[]): readonly GroupSlice[] => [
    ...axes.flatMap((parameter) => slice(nameOf(parameter), parameter, key)),
    ...normParameters(network, ops, node).flatMap((name) => slice(name, rowAxes(axes), key)),
  ];
  const { key } = structure;
  const members =
    key === 'tiles' ? [tiledSlice(nameOf(axes[0]), tilingOf(given, axes))] : ofKey(key === 'every axis' ? axes[0].dimensions.flat().map(({ axis }) => axis) : countedAxes(key as readonly WeightAxis[], partition, axes));
  const counts = members.map((member) => extent(member, true));
  const count = present(counts[0], `members of ${penalty.structure} of ${penalty.layer}`);
  invariant(counts.every((other) => other === count), () => `members of ${penalty.structure} of ${penalty.layer} number ${counts.join(', ')} groups`);
  return { ...sized(penalty, members, count), partition };
}

/**
 * Axes of extent 1 number nothing. Where groups are single rows all the same (channels of a depthwise convolution), they
 * are those of the rows: with what there is one of for each row.
 */
function countedAxes(key: readonly WeightAxis[], { rows, columns }: Partition, [{ dimensions: [own = []] }]: LayerAxes): readonly WeightAxis[] {
  return columns.count === 1 && rows.count === rows.of.length ? own.map(({ axis }) => axis) : key;
}

function tiledSlice(parameter: string, tiling: Tiling): GroupSlice {
  const { parts, tile } = tiling;
  const [down, across] = tileCounts(tiling);
  return { parameter, view: [parts * down, tile[0], across, tile[1]], keep: [0, 2], tiling };
}

function branchSet(network: Network, ops: OpRegistry, penalty: Penalty): GroupSet {
  const join = present(network.graph.nodes.find(({ layer, op }) => layer === penalty.layer && joinsBranches(present(ops.get(op), `op ${op}`))), `join ${penalty.layer}`);
  const { parameters } = present(branchInto(join, network), `branch into ${penalty.layer}`);
  return sized(penalty, parameters.map(({ name, shape }) => ({ parameter: name, view: shape, keep: [] })), 1);
}

function sized(penalty: Penalty, members: readonly GroupSlice[], count: number): GroupSet {
  const size = members.reduce((sum, member) => sum + extent(member, false), 0);
  return { penalty, count, members, size, factor: penalty.kind === 'lasso' && penalty.weighting === 'sqrt_size' ? Math.sqrt(size) : 1 };
}

/** All groups of a model, in the order of the sequential map. */
export function groupSets(network: Network, ops: OpRegistry, penalties: readonly Penalty[]): readonly GroupSet[] {
  return inOrderOfTreatment(penalties.map((penalty) => groupSet(network, ops, penalty)));
}

/** Visits the elements of a member's parameter, row-major, each with its group. */
export function eachElement({ view, keep, tiling }: Pick<GroupSlice, 'view' | 'keep' | 'tiling'>, visit: (element: number, group: number) => void): void {
  if (tiling) return eachTiled(tiling, visit);
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

function extent(member: GroupSlice, kept: boolean): number {
  return sizeOf(member.view.filter((_, axis) => member.keep.includes(axis) === kept));
}
