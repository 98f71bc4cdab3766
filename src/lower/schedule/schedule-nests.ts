// Chooses the schedules of a program, and with them where its weights lie: a product-sum that is no contraction as its
// weight lies gets a copy of it with another dimension innermost, if that makes it one. The gradient of a layer by its
// input multiplies by the transposed weight; its lanes run over input channels, so those must be neighbours in memory.
//
//   dense_grad_input(g, w)   =>   copy w[o, i] to w^1, where i is innermost;  dense_grad_input(g, w^1)

import { present } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { TargetMachine } from '../../ir/kernel.ts';
import type { Domain } from '../accesses/domain.ts';
import { divideNest, type DividedNest, type Division } from '../accesses/divide.ts';
import { resolveNest, type SlotMemory } from '../accesses/resolve.ts';
import type { LayoutPlan } from '../layouts/plan-layouts.ts';
import type { TensorLayout } from '../layouts/tensor-layout.ts';
import { copyNest } from '../nests/copy-nest.ts';
import { nestLoads } from '../nests/nest-loads.ts';
import { renameTensors, type PlacedNest, type SlotName } from '../nests/placed-nest.ts';
import { walkerOf } from '../nests/walker.ts';
import { planarCopyFor } from '../sparse/planar-copy.ts';
import { candidatesOf, cheapest, tilesAmong } from './candidates.ts';
import { failToFit, pinned, type SchedulePins } from './pins.ts';
import { leavesZerosOut, type Candidate } from './schedule.ts';

/** Cycles of an element that is copied to where its row lies end to end. */
const copyCycles = 2;

export interface ScheduledNest extends DividedNest {
  /** Unique in its module. */
  readonly name: string;
  readonly nest: PlacedNest;
  readonly choice: Candidate;
  /** What fits as its tensors lie, the choice among it. */
  readonly candidates: readonly Candidate[];
  /** The best of the other sort, where nobody chose: what multiplies by every weight where the choice leaves zeros out, and the other way round. It may read other layouts than the candidates do. */
  readonly counterpart?: Candidate;
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
  /** Copies around whose elements zeros are read that nobody writes. */
  readonly haloed: ReadonlySet<SlotName>;
}

/** Takes the nests of a program in their order. */
export function nestScheduler(request: ScheduleRequest): NestScheduler {
  const { plan, division, machine, factsOf, pins } = request;
  const layouts = new Map(plan.layouts);
  const haloed = new Set<SlotName>();
  const nameOf = uniqueNames(request.prefix);
  const fitted = (nest: PlacedNest, copy?: SlotCopy): FittedNest => {
    const layoutOf = (slot: SlotName): TensorLayout => (slot === copy?.name ? copy.layout : present(layouts.get(slot), `layout of ${slot}`));
    const divided = divideNest(resolveNest(nest, (slot) => ({ layout: layoutOf(slot), ...factsOf(slot) })), division);
    const candidates = candidatesOf(divided.domain, machine);
    return copy ? { nest, divided, copy, candidates: tilesAmong(candidates) } : { nest, divided, candidates };
  };
  /** The nest as its tensors lie; on the rows of an image, where its weights are sparse; else on the first copy of a weight that makes it a contraction. */
  const ways = function* (nest: PlacedNest, takesFirst: boolean): Generator<FittedNest> {
    const plain = fitted(nest);
    yield plain;
    for (const slot of sparseWeights(nest, factsOf)) {
      const copy = planarCopyFor(nest, slot, (of) => present(layouts.get(of), `layout of ${of}`).shape);
      if (copy) yield onRows(fitted(copy.reader, copy), copy);
    }
    if (!request.copiesWeights || !isProductSum(nest) || (takesFirst && tilesAmong(plain.candidates).length > 0)) return;
    for (const { slot, dimension } of transposable(nest, plan)) {
      const name = `${slot}^${dimension}`;
      const layout = layouts.get(name) ?? plan.transposed(slot, dimension);
      const way = fitted({ ...nest, ...renameTensors(nest, (tensor) => (tensor === slot ? name : tensor)) }, { name, layout, nests: [copyNest(slot, name, layout.shape)], isHaloed: false });
      yield way;
      if (takesFirst && way.candidates.length > 0) return;
    }
  };
  /** What the copy takes, if nobody had it before, is part of what its reader costs. */
  const onRows = (way: FittedNest, { name, layout }: SlotCopy): FittedNest => {
    const cost = layouts.has(name) ? 0 : (copyCycles * sizeOf(layout.shape) * machine.width) / writtenElements(way.divided.domain);
    return { ...way, candidates: way.candidates.filter(({ schedule }) => schedule.kind === 'sparse').map((candidate) => ({ ...candidate, cost: candidate.cost + cost })) };
  };
  const schedule = (nest: PlacedNest): readonly ScheduledNest[] => {
    const name = nameOf(nest);
    const { way, choice, counterpart } = chosen(name, ways(nest, !pins.schedules.has(name)), pins);
    const { copy, candidates, divided } = way;
    const isNew = copy !== undefined && !layouts.has(copy.name);
    if (copy) layouts.set(copy.name, copy.layout);
    if (copy?.isHaloed) haloed.add(copy.name);
    const before = isNew ? copy.nests.flatMap(schedule) : [];
    return [...before, { ...divided, name, nest: way.nest, choice, candidates, ...(counterpart && { counterpart }) }];
  };
  return { schedule, layouts, haloed };
}

/** The same elements as another slot has, lying otherwise. */
export interface SlotCopy {
  readonly name: SlotName;
  readonly layout: TensorLayout;
  /** What fills it. */
  readonly nests: readonly PlacedNest[];
  readonly isHaloed: boolean;
}

/** A nest over tensors that lie in one way. */
interface FittedNest {
  readonly nest: PlacedNest;
  readonly divided: DividedNest;
  readonly candidates: readonly Candidate[];
  /** The copy that it reads. */
  readonly copy?: SlotCopy;
}

type Chosen = Pick<ScheduledNest, 'choice' | 'counterpart'> & { readonly way: FittedNest };

/** The way and the tile of least cost, where there are tiles; else as its tensors lie. Or the first that a pin fits. */
function chosen(name: string, ways: Iterable<FittedNest>, pins: SchedulePins): Chosen {
  const pin = pins.schedules.get(name);
  const seen: FittedNest[] = [];
  let best: Chosen | undefined;
  for (const way of ways) {
    const choice = pin === undefined ? cheapest(tilesAmong(way.candidates)) : pinned(pin, way.candidates, way.divided.domain.nest.axes);
    if (choice && pin !== undefined) return { way, choice };
    if (choice && (!best || choice.cost < best.choice.cost)) best = { way, choice };
    seen.push(way);
  }
  const way = present(seen[0], 'nest');
  if (pin !== undefined) failToFit(pins, name, seen.flatMap(({ candidates }) => candidates), way.divided.domain.nest.axes);
  if (!best) return { way, choice: present(cheapest(way.candidates), 'schedule') };
  const isSparse = leavesZerosOut(best.choice.schedule);
  const counterpart = cheapest(seen.flatMap(({ candidates }) => tilesAmong(candidates).filter(({ schedule }) => leavesZerosOut(schedule) !== isSparse)));
  return { ...best, ...(counterpart && { counterpart }) };
}

/** Slots of compile-time weights that are sparse. */
function sparseWeights(nest: PlacedNest, factsOf: ScheduleRequest['factsOf']): readonly SlotName[] {
  const slots = new Set(nestLoads(nest).map(({ tensor }) => tensor));
  return [...slots].filter((slot) => factsOf(slot).sparse);
}

function writtenElements({ nest }: Domain): number {
  return nest.axes.reduce((product, { kind, extent }) => (kind === 'reduce' ? product : product * extent), 1);
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
