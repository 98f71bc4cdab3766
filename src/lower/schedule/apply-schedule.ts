// A schedule to code, when places in memory are known.

import { invariant, present } from '../../base/invariant.ts';
import type { TargetMachine } from '../../ir/kernel.ts';
import type { Domain } from '../accesses/domain.ts';
import { loadOf, strideAlong, type Access, type ResolvedLoad } from '../accesses/resolve.ts';
import type { PlacedDomain, Start } from '../code/scope.ts';
import type { NestFunctions } from '../code/tasks.ts';
import { applyTiling } from '../contraction/apply-tiling.ts';
import type { Constants } from '../memory/constant-pool.ts';
import type { Place } from '../memory/module-memory.ts';
import type { SlotName } from '../nests/placed-nest.ts';
import { applySparseRows } from '../sparse/apply-sparse-rows.ts';
import { applySparse } from '../sparse/apply-sparse.ts';
import { applySweep } from '../sweep/apply-sweep.ts';
import { isPackedAlong } from '../sweep/pack-lanes.ts';
import type { Candidate } from './schedule.ts';

export interface Surroundings {
  /** Points from which on the loops of a nest that is not divided are cut into tasks. */
  readonly cutFrom: number;
  readonly machine: TargetMachine;
  readonly constants: Constants;
  readonly placeOf: (slot: SlotName) => Place;
}

export function applySchedule(name: string, domain: Domain, { schedule, contraction, sparse, sparseRows }: Candidate, { machine, constants, placeOf, cutFrom }: Surroundings): NestFunctions {
  switch (schedule.kind) {
    case 'tile': {
      const tiled = present(contraction, 'contraction of a tiling');
      return applyTiling(name, placeAccesses(domain, (load) => load === tiled.b.load, constants, placeOf), tiled, schedule, machine, constants, cutFrom);
    }
    case 'sparse': {
      const sum = present(sparse, 'sparse sum');
      return applySparse(name, placeAccesses(domain, (load) => load === sum.a.load, constants, placeOf), sum, schedule, machine, constants, cutFrom);
    }
    case 'sparse rows': {
      const rows = present(sparseRows, 'sparse rows');
      return applySparseRows(name, placeAccesses(domain, (load) => load === rows.a.load, constants, placeOf), rows, machine, constants, cutFrom);
    }
    case 'sweep': {
      const { vectorAxis } = schedule;
      const isPacked = (load: number): boolean => vectorAxis !== undefined && isPackedAlong(domain.nest, loadOf(domain.nest, { kind: 'load', load }), vectorAxis);
      return applySweep(name, placeAccesses(domain, isPacked, constants, placeOf), schedule, machine, constants, cutFrom);
    }
  }
}

/** Gives every access its start. Compile-time data is placed as it lies, but for what is packed: its place comes with that. */
function placeAccesses(domain: Domain, isPacked: (load: number) => boolean, constants: Constants, placeOf: (slot: SlotName) => Place): PlacedDomain {
  const { write, loads } = domain.nest;
  const inMemory = (access: Access): Start => {
    const { first, partStride } = placeOf(access.slot);
    return { base: first + access.offset, taskStride: partStride ?? taskStride(domain, access) };
  };
  const startOf = ({ data, access }: ResolvedLoad, load: number): Start => {
    if (!data) return inMemory(access);
    return { base: isPacked(load) ? NaN : constants.tensor(data) + access.offset, taskStride: taskStride(domain, access) };
  };
  return { ...domain, starts: [inMemory(write), ...loads.map(startOf)] };
}

/** Elements from the part of one task to that of the next, as the access's tensor lies. */
function taskStride({ task }: Domain, access: Access): number {
  const stride = task === undefined ? 0 : strideAlong(access, task);
  invariant(stride !== undefined, 'a task walks a table');
  return stride;
}
