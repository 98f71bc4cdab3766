// Masks hold groups at zero for good: 1 where a parameter may live, 0 where it stays zero, with its buffers.

import { present } from '../base/invariant.ts';
import type { GroupSet } from '../ir/group.ts';
import { eachElement } from '../sparsity/groups.ts';
import { norms } from '../sparsity/norms.ts';
import { bufferName } from './optimizers/optimizer.ts';
import { maskName } from './training-graph.ts';

/** Parameters, buffers and masks by name, row-major in logical layout; their data may be written. */
export type MaskedTensors = ReadonlyMap<string, { readonly data: Float32Array }>;

/** Lets everything live. */
export function openMasks(sets: readonly GroupSet[], held: MaskedTensors): void {
  for (const { members } of sets) for (const { parameter } of members) dataOf(held, maskName(parameter)).fill(1);
}

/**
 * Masks groups whose norm is at most `reach`, and makes them and their buffers zero, in `held`. What is masked
 * already stays so: the steps keep it zero. Answers whether anything is new.
 * @param buffers Of the optimizer.
 */
export function maskGroups(sets: readonly GroupSet[], held: MaskedTensors, buffers: readonly string[], reach: (set: GroupSet) => number): boolean {
  // Before any is masked: structures that cross are judged by the same weights.
  const dead = sets.map((set) => norms(set, held).map((norm) => (norm <= reach(set) ? 1 : 0)));
  let changed = false;
  for (const [i, set] of sets.entries()) {
    for (const member of set.members) {
      const { parameter } = member;
      const mask = dataOf(held, maskName(parameter));
      const kept = [parameter, ...buffers.map((buffer) => bufferName(parameter, buffer))].map((name) => dataOf(held, name));
      eachElement(member, (element, group) => {
        if (dead[i]?.[group] !== 1 || mask[element] === 0) return;
        changed = true;
        mask[element] = 0;
        for (const values of kept) values[element] = 0;
      });
    }
  }
  return changed;
}

function dataOf(held: MaskedTensors, name: string): Float32Array {
  return present(held.get(name), name).data;
}
