// From a penalty to the groups of weights it regularizes. A structure divides every parameter that has the axes of its
// key: those of the layer itself, and those of batch norm behind it, which has one a row (norm-parameters.ts). A branch
// is one group of all that is trained on it (branches.ts); coupled filters are those of several layers (coupling.ts).

import { invariant, present } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import type { GroupSet, GroupSlice } from '../ir/group.ts';
import type { Network, Penalty } from '../ir/network.ts';
import { joinsBranches } from '../ir/op.ts';
import type { OpRegistry } from '../ir/op.ts';
import { partitionOf, tileCounts, tilingOf } from '../ir/partition.ts';
import type { Partition, Tiling } from '../ir/partition.ts';
import { groupView, rowAxes, structureNamed } from '../ir/structure.ts';
import type { LayerAxes, ParameterAxes, WeightAxis } from '../ir/structure.ts';
import { branchInto } from './branches.ts';
import { coupledSets } from './coupling.ts';
import type { CoupledSet } from './coupling.ts';
import { normParameters } from './norm-parameters.ts';
import { inOrderOfTreatment } from './treatment.ts';
import { axesOfLayer } from './weight-axes.ts';

/** The groups of one penalty, its layer and structure being known to exist (the checker has seen to it). */
export function groupSet(network: Network, ops: OpRegistry, penalty: Penalty): GroupSet {
  return setOf(network, ops, penalty, () => coupledSets(network, ops));
}

/** @param coupled Found once for all penalties, if any asks. */
function setOf(network: Network, ops: OpRegistry, penalty: Penalty, coupled: () => ReadonlyMap<string, CoupledSet>): GroupSet {
  const { key } = structureNamed(penalty.structure);
  if (key === 'coupled') return coupledSet(penalty, present(coupled().get(penalty.layer), `coupled filters of ${penalty.layer}`));
  return key === 'branch' ? branchSet(network, ops, penalty) : layerSet(network, ops, penalty);
}

function coupledSet(penalty: Penalty, { layers, members, count }: CoupledSet): GroupSet {
  return { ...sized(penalty, members, count), layers };
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
  const sizes = new Float64Array(count);
  for (const member of members) {
    const size = extent(member, false);
    if (member.groups) for (const group of member.groups) sizes[group] = (sizes[group] ?? 0) + size;
    else for (let group = 0; group < count; group++) sizes[group] = (sizes[group] as number) + size;
  }
  const size = sizes.reduce((most, each) => Math.max(most, each), 0);
  return { penalty, layers: [penalty.layer], count, members, size, factor: penalty.kind === 'lasso' && penalty.weighting === 'sqrt_size' ? Math.sqrt(size) : 1 };
}

/** All groups of a model, in the order of the sequential map. */
export function groupSets(network: Network, ops: OpRegistry, penalties: readonly Penalty[]): readonly GroupSet[] {
  let found: ReadonlyMap<string, CoupledSet> | undefined;
  const coupled = (): ReadonlyMap<string, CoupledSet> => (found ??= coupledSets(network, ops));
  return inOrderOfTreatment(penalties.map((penalty) => setOf(network, ops, penalty, coupled)));
}

function extent(member: GroupSlice, kept: boolean): number {
  return sizeOf(member.view.filter((_, axis) => member.keep.includes(axis) === kept));
}
