// Chooses the schedules of a program, and with them where its weights lie: a product-sum that is no contraction as its
// weight lies gets a copy of it with another dimension innermost, if that makes it one. The gradient of a layer by its
// input multiplies by the transposed weight; its lanes run over input channels, so those must be neighbours in memory.
//
//   dense_grad_input(g, w)   =>   copy w[o, i] to w^1, where i is innermost;  dense_grad_input(g, w^1)

import { present } from '../../base/invariant.ts';
import type { TargetMachine } from '../../ir/kernel.ts';
import { divideNest, type DividedNest, type Division } from '../accesses/divide.ts';
import { resolveNest, type SlotMemory } from '../accesses/resolve.ts';
import type { LayoutPlan } from '../layouts/plan-layouts.ts';
import type { TensorLayout } from '../layouts/tensor-layout.ts';
import { copyNest } from '../nests/copy-nest.ts';
import { nestLoads } from '../nests/nest-loads.ts';
import { renameTensors, type PlacedNest, type SlotName } from '../nests/placed-nest.ts';
import { walkerOf } from '../nests/walker.ts';
import { candidatesOf, cheapest, tilingsAmong } from './candidates.ts';
import { failToFit, pinned, type SchedulePins } from './pins.ts';
import type { Candidate } from './schedule.ts';

export interface ScheduledNest extends DividedNest {
  /** Unique in its module. */
  readonly name: string;
  readonly nest: PlacedNest;
  readonly choice: Candidate;
  /** What fits as its tensors lie, the choice among it. */
  readonly candidates: readonly Candidate[];
}

export interface ScheduleRequest {
  readonly plan: LayoutPlan;
  readonly division: Division;
  readonly machine: TargetMachine;
  /** What else than its layout is known of a slot. */
  readonly factsOf: (slot: SlotName) => Omit<SlotMemory, 'layout'>;
  /** Weights are memory, of which copies can be made. */
  readonly copiesWeights: boolean;
  /** Of the names of nests: a module may have several programs. */
  readonly prefix: string;
  readonly pins: SchedulePins;
}

export interface NestScheduler {
  /** The nest with its schedule, and before it the copy of a weight that it wants and nobody before it had. @throws DiagnosticError `schedule/no-fit` */
  readonly schedule: (nest: PlacedNest) => readonly ScheduledNest[];
  /** Those of the plan, and of copies. */
  readonly layouts: ReadonlyMap<SlotName, TensorLayout>;
}

/** Takes the nests of a program in their order. */
export function nestScheduler(request: ScheduleRequest): NestScheduler {
  const { plan, division, machine, factsOf, pins } = request;
  const layouts = new Map(plan.layouts);
  const nameOf = uniqueNames(request.prefix);
  const fitted = (nest: PlacedNest, copy?: WeightCopy): FittedNest => {
    const layoutOf = (slot: SlotName): TensorLayout => (slot === copy?.name ? copy.layout : present(layouts.get(slot), `layout of ${slot}`));
    const divided = divideNest(resolveNest(nest, (slot) => ({ layout: layoutOf(slot), ...factsOf(slot) })), division);
    return { nest, divided, candidates: candidatesOf(divided.domain, machine) };
  };
  /** The nest as its tensors lie, then on each copy of a weight that makes it a contraction. */
  const ways = function* (nest: PlacedNest): Generator<FittedNest> {
    yield fitted(nest);
    for (const { slot, dimension } of request.copiesWeights && isProductSum(nest) ? transposable(nest, plan) : []) {
      const name = `${slot}^${dimension}`;
      const copy = { name, of: slot, layout: layouts.get(name) ?? plan.transposed(slot, dimension) };
      const way = fitted({ ...nest, ...renameTensors(nest, (tensor) => (tensor === slot ? name : tensor)) }, copy);
      yield { ...way, copy, candidates: tilingsAmong(way.candidates) };
    }
  };
  const schedule = (nest: PlacedNest): readonly ScheduledNest[] => {
    const name = nameOf(nest);
    const { way, choice } = chosen(name, ways(nest), pins);
    const { copy, candidates, divided } = way;
    const isNew = copy !== undefined && !layouts.has(copy.name);
    if (copy) layouts.set(copy.name, copy.layout);
    const before = isNew ? schedule(copyNest(copy.of, copy.name, copy.layout.shape)) : [];
    return [...before, { ...divided, name, nest: way.nest, choice, candidates }];
  };
  return { schedule, layouts };
}

interface WeightCopy {
  readonly name: SlotName;
  readonly of: SlotName;
  readonly layout: TensorLayout;
}

/** A nest over tensors that lie in one way. */
interface FittedNest {
  readonly nest: PlacedNest;
  readonly divided: DividedNest;
  readonly candidates: readonly Candidate[];
  /** The copy that it reads. */
  readonly copy?: WeightCopy;
}

/** The first way that makes the nest a contraction, else that in which its tensors lie; or the first that a pin fits. */
function chosen(name: string, ways: Iterable<FittedNest>, pins: SchedulePins): { readonly way: FittedNest; readonly choice: Candidate } {
  const pin = pins.schedules.get(name);
  const refused: FittedNest[] = [];
  for (const way of ways) {
    const choice = pin === undefined ? cheapest(tilingsAmong(way.candidates)) : pinned(pin, way.candidates, way.divided.domain.nest.axes);
    if (choice) return { way, choice };
    refused.push(way);
  }
  const way = present(refused[0], 'nest');
  if (pin !== undefined) failToFit(pins, name, refused.flatMap(({ candidates }) => candidates), way.divided.domain.nest.axes);
  return { way, choice: present(cheapest(way.candidates), 'schedule') };
}

/** Names of nests as people know them, with a number where several have one. */
function uniqueNames(prefix: string): (nest: PlacedNest) => string {
  const uses = new Map<string, number>();
  return ({ name }) => {
    const use = (uses.get(name) ?? 0) + 1;
    uses.set(name, use);
    return `${prefix}${name}${use === 1 ? '' : `#${use}`}`;
  };
}

function isProductSum({ combine, value, axes }: PlacedNest): boolean {
  return combine === 'sum' && value.kind === 'binary' && value.op === 'mul' && axes.some((axis) => axis.kind === 'reduce');
}

/** Weights that a nest reads, with each dimension that lanes could run along. */
function transposable(nest: PlacedNest, plan: LayoutPlan): readonly { readonly slot: SlotName; readonly dimension: number }[] {
  return nestLoads(nest).flatMap(({ tensor: slot, index }) => {
    if (!plan.isWeight(slot)) return [];
    return index.flatMap((at, dimension) => {
      const axis = walkerOf(at);
      return axis !== undefined && nest.axes[axis]?.kind === 'parallel' ? [{ slot, dimension }] : [];
    });
  });
}
