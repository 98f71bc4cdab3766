// A schedule to code, when places in memory are known.

import { present } from '../../base/invariant.ts';
import type { KernelFunction, TargetMachine } from '../../ir/kernel.ts';
import type { Domain } from '../accesses/domain.ts';
import type { LoadNumber, ResolvedLoad } from '../accesses/resolve.ts';
import type { PlacedDomain } from '../code/scope.ts';
import { applyTiling } from '../contraction/apply-tiling.ts';
import type { Constants } from '../memory/constant-pool.ts';
import type { SlotName } from '../nests/placed-nest.ts';
import { applySweep } from '../sweep/apply-sweep.ts';
import type { Candidate } from './schedule.ts';

export interface Surroundings {
  readonly machine: TargetMachine;
  readonly constants: Constants;
  /** The first element of a slot's memory. */
  readonly placeOf: (slot: SlotName) => number;
}

/** Functions in order, callees first; the last one takes the task number. */
export function applySchedule(name: string, domain: Domain, { schedule, contraction }: Candidate, { machine, constants, placeOf }: Surroundings): readonly KernelFunction[] {
  switch (schedule.kind) {
    case 'tile': {
      const tiled = present(contraction, 'contraction of a tiling');
      return applyTiling(name, placeAccesses(domain, tiled.b, constants, placeOf), tiled, schedule, machine, constants);
    }
    case 'sweep':
      return [applySweep(name, placeAccesses(domain, undefined, constants, placeOf), schedule, machine, constants)];
  }
}

/** Gives every access its first element. Compile-time data is placed as it lies, but for what is packed: its place comes with that. */
function placeAccesses(domain: Domain, packed: LoadNumber | undefined, constants: Constants, placeOf: (slot: SlotName) => number): PlacedDomain {
  const { write, loads } = domain.nest;
  const baseOf = ({ data, access }: ResolvedLoad, load: number): number => {
    if (!data) return placeOf(access.slot) + access.offset;
    return load === packed?.load ? NaN : constants.tensor(data) + access.offset;
  };
  return { ...domain, bases: [placeOf(write.slot) + write.offset, ...loads.map(baseOf)] };
}
