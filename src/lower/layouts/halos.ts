// What lies around slots: places that indices of nests reach past their ends.

import { present } from '../../base/invariant.ts';
import type { Index } from '../../ir/nest.ts';
import { loadReplacer } from '../../ir/nest.ts';
import { copyNest } from '../nests/copy-nest.ts';
import { nestLoads } from '../nests/nest-loads.ts';
import type { PlacedGraph, PlacedNest, SlotLoad, SlotName } from '../nests/placed-nest.ts';
import { rangeOf } from '../accesses/resolve.ts';
import type { Halo } from './tensor-layout.ts';

/**
 * Places outside each slot, by dimension: zeros that loads reach for, or what a scatter writes to nobody. The
 * latter are no zeros: `separateHalos` sees to it that no slot has both.
 */
export function halosOf(placed: PlacedGraph): Record<'read' | 'written', ReadonlyMap<SlotName, readonly Halo[]>> {
  const read = new Map<SlotName, readonly Halo[]>();
  const written = new Map<SlotName, readonly Halo[]>();
  for (const nest of placed.nests) {
    for (const load of nestLoads(nest)) if (load.outside === 0) widen(read, load.tensor, load.index, nest, placed);
    widen(written, nest.write.tensor, nest.write.index, nest, placed);
  }
  return { read, written };
}

/** Makes the halo of a slot wide enough for these indices. */
function widen(halos: Map<SlotName, readonly Halo[]>, slot: SlotName, indices: readonly Index[], { axes }: PlacedNest, placed: PlacedGraph): void {
  const { shape } = present(placed.slots.get(slot), 'slot');
  const past = indices.map((index, d): Halo => {
    const [low, high] = rangeOf(index, axes);
    return { before: Math.max(0, -low), after: Math.max(0, high - (present(shape[d], 'extent') - 1)) };
  });
  if (past.every(({ before, after }) => before === 0 && after === 0)) return;
  const known = halos.get(slot);
  halos.set(slot, past.map(({ before, after }, d) => ({ before: Math.max(before, known?.[d]?.before ?? 0), after: Math.max(after, known?.[d]?.after ?? 0) })));
}

/**
 * Where a scatter writes past a slot whose padding somebody reads (the gradient of a padded convolution behind a transposed one),
 * the latter reads a copy, which has zeros around it.
 * @param prefix Of the names of copies.
 */
export function separateHalos(placed: PlacedGraph, prefix: string): PlacedGraph {
  const { read, written } = halosOf(placed);
  const shared = new Set([...written.keys()].filter((slot) => read.has(slot)));
  if (shared.size === 0) return placed;
  const slots = new Map(placed.slots);
  const copyOf = (slot: SlotName): SlotName => `${prefix}${slot}.inside`;
  const lastWriter = new Map(placed.nests.map(({ write }, at) => [write.tensor, at]));
  const reading = loadReplacer<SlotLoad, SlotLoad>((load) => (load.outside === 0 && shared.has(load.tensor) ? { ...load, tensor: copyOf(load.tensor) } : load));
  const nests = placed.nests.flatMap((nest, at): readonly PlacedNest[] => {
    const { tensor, index } = nest.write;
    const reader = { ...nest, value: reading(nest.value), ...(nest.finish && { finish: reading(nest.finish) }) };
    if (!shared.has(tensor) || lastWriter.get(tensor) !== at) return [reader];
    const { shape } = present(slots.get(tensor), 'slot');
    slots.set(copyOf(tensor), { name: copyOf(tensor), shape });
    const batched = index[0]?.terms.some(({ axis }) => nest.axes[axis]?.role === 'batch') ?? false;
    return [reader, copyNest(tensor, copyOf(tensor), shape, batched)];
  });
  return { ...placed, nests, slots };
}
