// Masks hold groups at zero for good: 1 where a parameter may live, 0 where it stays zero, with its buffers.

import { present } from '../base/invariant.ts';
import type { GroupSet } from '../ir/group.ts';
import { eachElement } from '../sparsity/elements.ts';
import { norms } from '../sparsity/norms.ts';
import { bufferName } from './optimizers/optimizer.ts';

/** Parameters, buffers and masks by name, row-major in logical layout; their data may be written. */
export type MaskedTensors = ReadonlyMap<string, { readonly data: Float32Array }>;

/** The name of a parameter's mask. */
export function maskName(parameter: string): string {
  return `${parameter}.mask`;
}

/** Lets everything live. */
export function openMasks(sets: readonly GroupSet[], held: MaskedTensors): void {
  for (const { members } of sets) for (const { parameter } of members) dataOf(held, maskName(parameter)).fill(1);
}

/** 1 for each group whose norm is at most `reach`, by set. */
export function groupsWithin(sets: readonly GroupSet[], held: MaskedTensors, reach: (set: GroupSet) => number): readonly Uint8Array[] {
  return sets.map((set) => Uint8Array.from(norms(set, held), (norm) => (norm <= reach(set) ? 1 : 0)));
}

/**
 * Masks groups, and makes them and their buffers zero, in `held`. What is masked already stays so: the steps keep it
 * zero. Answers whether anything is new.
 * @param buffers Of the optimizer.
 * @param dead 1 for each group that is to be masked, by set.
 */
export function maskGroups(sets: readonly GroupSet[], held: MaskedTensors, buffers: readonly string[], dead: readonly Uint8Array[]): boolean {
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
