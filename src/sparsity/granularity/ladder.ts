// The granularity ladder of a layer (Mao et al., 2017): the structures whose groups each lie in one piece where weights
// are stored, from single weights to filters. Weights are stored row-major, so these are the structures whose key is the
// first axes of the weight:
//
//   conv, [group, filter, channel, row, column]   elements: all five, vectors: four, 2-D filters: three, filters: two
//   dense, [output, input]                        elements: both, neurons: one

import { structures } from '../../ir/structure.ts';
import type { LayerAxes, Structure, StructureKey, WeightAxis } from '../../ir/structure.ts';

/** Of structures with the same groups, whole rows give the name, which elimination can take out; else the finest does. */
const byName = structures.toSorted((a, b) => Number(isOfRows(b)) - Number(isOfRows(a)));

function isOfRows({ report }: Structure): boolean {
  return report?.counts === 'rows';
}

/**
 * Finest first. Axes of extent 1 number nothing: structures that have the same groups (filters and 2-D filters of a layer
 * that reads one channel) are one step, and one whose only group is the whole layer is none.
 */
export function ladderOf([{ dimensions }]: LayerAxes): readonly Structure[] {
  const stored = dimensions.flat().flatMap(({ axis, extent }) => (extent > 1 ? [axis] : []));
  const all = dimensions.flat().map(({ axis }) => axis);
  const byDepth = new Map<number, Structure>();
  for (const structure of byName) {
    const depth = depthOf(structure.key, stored, all);
    if (depth > 0 && !byDepth.has(depth)) byDepth.set(depth, structure);
  }
  return [...byDepth].toSorted(([a], [b]) => b - a).map(([, structure]) => structure);
}

/** How many of the stored axes number its groups, if those are the first ones; 0 otherwise. */
function depthOf(key: StructureKey, stored: readonly WeightAxis[], all: readonly WeightAxis[]): number {
  if (key === 'every axis') return stored.length;
  if (typeof key === 'string' || !key.every((axis) => all.includes(axis))) return 0;
  const depth = stored.filter((axis) => key.includes(axis)).length;
  return stored.slice(0, depth).every((axis) => key.includes(axis)) ? depth : 0;
}

/** The ladder of a convolution whose axes all number something: what can be compared over the convolutions of a network, finest first. */
export const pruningLadder: readonly Structure[] = ladderOf([{ suffix: 'weight', dimensions: [[{ axis: 'group', extent: 2 }, { axis: 'filter', extent: 2 }], [{ axis: 'channel', extent: 2 }], [{ axis: 'row', extent: 2 }], [{ axis: 'column', extent: 2 }]] }]);
