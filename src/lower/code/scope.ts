// What code knows at a point of the loops around it.

import { present } from '../../base/invariant.ts';
import { get, int, intAdd, intMul, type Expr, type FunctionBuilder, type Local, type TargetMachine } from '../../ir/kernel.ts';
import { accessesOf, type Domain } from '../accesses/domain.ts';
import type { Access } from '../accesses/resolve.ts';
import type { Constants } from '../memory/constant-pool.ts';

/** A divided nest whose accesses have places: last of all it is known where each starts. */
export interface PlacedDomain extends Domain {
  /** By the number of an access (accessesOf). */
  readonly starts: readonly Start[];
}

/** Where an access stands before any loop: at `base + task * taskStride`, in elements from the start of memory. */
export interface Start {
  readonly base: number;
  readonly taskStride: number;
}

export interface Scope {
  readonly machine: TargetMachine;
  readonly builder: FunctionBuilder;
  readonly constants: Constants;
  readonly domain: PlacedDomain;
  readonly accesses: readonly Access[];
  /** Where each access stands at this point of the loops, in address units, by its number. */
  readonly pointers: ReadonlyMap<number, Expr>;
  /** The counter of each axis that is looped over here; others are 0. */
  readonly counters: ReadonlyMap<number, Expr>;
}

/** Outside of any loop: each access at its base, moved to the task's part. @param numbers Of the accesses that are used. */
export function rootScope(domain: PlacedDomain, numbers: readonly number[], task: Local, surroundings: Pick<Scope, 'machine' | 'builder' | 'constants'>): Scope {
  const { unit } = surroundings.machine;
  const pointers = numbers.map((number): [number, Expr] => {
    const { base, taskStride } = startOf(domain, number);
    return [number, intAdd(intMul(get(task), int(taskStride * unit)), int(base * unit))];
  });
  return { ...surroundings, domain, accesses: accessesOf(domain.nest), pointers: new Map(pointers), counters: domain.task === undefined ? new Map() : new Map([[domain.task, get(task)]]) };
}

export function startOf({ starts }: PlacedDomain, number: number): Start {
  return present(starts[number], 'start of an access');
}

/** Where an access stands here. */
export function pointerOf({ pointers }: Scope, number: number): Expr {
  return present(pointers.get(number), 'pointer');
}
