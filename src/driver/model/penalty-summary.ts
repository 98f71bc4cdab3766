// What a file's penalties mean in groups, and which of them cross.

import type { LassoPenalty, Model } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { structureTitle } from '../../ir/structure.ts';
import { groupSets } from '../../sparsity/groups.ts';
import { keptCount } from '../../sparsity/kept-count.ts';
import { cross, liesIn, sharingSets } from '../../sparsity/treatment.ts';

export interface PenaltySummary {
  readonly layer: string;
  /** All that are in the groups: of coupled filters those that write their channels. */
  readonly layers: readonly string[];
  /** As the language writes it. */
  readonly structure: string;
  readonly groups: number;
  /** Weights in a group. */
  readonly size: number;
  /** Groups that a budget leaves; of one that shares that of the whole network it is known once a run has begun to sparsify. */
  readonly kept?: number | 'shared';
  /** lambda of a lasso */
  readonly strength?: number;
  readonly weighting?: LassoPenalty['weighting'];
  /** strength times the group's weight: a step shrinks a norm by rate times this. */
  readonly threshold?: number;
}

/** In the order in which the sequential map treats them. */
export function summarizePenalties({ network, penalties }: Model, ops: OpRegistry): readonly PenaltySummary[] {
  return groupSets(network, ops, penalties).map(({ penalty, layers, count, size, factor }) => ({
    layer: penalty.layer,
    layers,
    structure: structureTitle(penalty),
    groups: count,
    size,
    ...(penalty.kind === 'budget' ? { kept: penalty.keep === 'shared' ? penalty.keep : keptCount(penalty.keep, count) } : { strength: penalty.strength, weighting: penalty.weighting, threshold: penalty.strength * factor }),
  }));
}

/** Layers with groups that share weights and of which neither lies in the other. */
export function crossingLayers({ network, penalties }: Model, ops: OpRegistry): readonly string[] {
  const sets = groupSets(network, ops, penalties);
  const sharing = sharingSets(sets);
  return [...new Set(penalties.map(({ layer }) => layer))].filter((layer) => sets.some((set) => set.penalty.layer === layer && sharing(set).some((other) => cross(set, other))));
}

/** Whether groups of one penalty lie in those of another. */
export function hasNested({ network, penalties }: Model, ops: OpRegistry): boolean {
  const sets = groupSets(network, ops, penalties);
  const sharing = sharingSets(sets);
  return sets.some((set) => sharing(set).some((other) => liesIn(set, other)));
}
