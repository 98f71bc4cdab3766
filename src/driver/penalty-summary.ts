// What a file's penalties mean in groups, and which of them cross.

import type { Model, Penalty } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { StructureKind } from '../ir/structure.ts';
import { nestsIn, structureNamed } from '../ir/structure.ts';
import { axesOfLayer, groupSets } from '../sparsity/groups.ts';

export interface PenaltySummary {
  readonly layer: string;
  readonly structure: StructureKind;
  readonly groups: number;
  /** Weights in a group. */
  readonly size: number;
  /** lambda */
  readonly strength: number;
  readonly weighting: Penalty['weighting'];
  /** strength times the group's weight: a step shrinks a norm by rate times this. */
  readonly threshold: number;
}

/** In the order in which the sequential map treats them. */
export function summarizePenalties({ network, penalties }: Model, ops: OpRegistry): readonly PenaltySummary[] {
  return groupSets(network, ops, penalties).map(({ penalty, count, size, factor }) => ({
    layer: penalty.layer,
    structure: penalty.structure,
    groups: count,
    size,
    strength: penalty.strength,
    weighting: penalty.weighting,
    threshold: penalty.strength * factor,
  }));
}

/** Layers with groups that share weights and of which neither lies in the other. */
export function crossingLayers({ network, penalties }: Model, ops: OpRegistry): readonly string[] {
  const layers = [...new Set(penalties.map(({ layer }) => layer))];
  return layers.filter((layer) => {
    const axes = axesOfLayer(layer, network, ops).axes;
    const kinds = penalties.filter((penalty) => penalty.layer === layer).map(({ structure }) => structureNamed(structure));
    return kinds.some((a) => kinds.some((b) => !nestsIn(a, b, axes) && !nestsIn(b, a, axes)));
  });
}
