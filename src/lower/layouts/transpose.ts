// Copies of weights with another dimension innermost. The gradient of a layer by its input multiplies by
// the transposed weight; its lanes run over input channels, so those must be neighbours in memory.
//
//   dense_grad_input(g, w)   =>   copy w[o, i] to w^1, where i is innermost;  dense_grad_input(g, w^1)

import { present } from '../../base/invariant.ts';
import type { TargetMachine } from '../../ir/kernel.ts';
import type { Nest } from '../../ir/nest.ts';
import { asContraction } from '../contraction/contraction.ts';
import { copyNest } from '../nests/copy-nest.ts';
import type { LayoutPlan } from './plan-layouts.ts';
import { nestLoads } from '../nests/nest-loads.ts';
import { holdsZeros } from './padding.ts';
import { slotOf, type PlacedGraph, type PlacedNest, type SlotName } from '../nests/placed-nest.ts';
import { resolveNest } from '../accesses/resolve.ts';
import { divideNest, type Division } from '../schedule/schedule-nest.ts';
import { walkerOf } from '../nests/walker.ts';

/** Gives every product-sum that is no contraction as its weight lies a transposed copy that makes it one. */
export function transposeWeights(placed: PlacedGraph, plan: LayoutPlan, division: Division, machine: TargetMachine): { readonly placed: PlacedGraph; readonly plan: LayoutPlan } {
  const layouts = new Map(plan.layouts);
  const slots = new Map(placed.slots);
  const isContraction = (each: PlacedNest): boolean => {
    const resolved = resolveNest(each.nest, (ref) => ({ layout: present(layouts.get(slotOf(each, ref)), 'layout'), base: 0, zeros: holdsZeros(slotOf(each, ref), plan, 'own') }));
    return asContraction(divideNest(resolved, division).domain, machine) !== undefined;
  };
  const nests = placed.nests.flatMap((each): readonly PlacedNest[] => {
    if (!isProductSum(each.nest) || isContraction(each)) return [each];
    for (const { slot, dimension } of candidates(each, plan)) {
      const name = `${slot}^${dimension}`;
      const isNew = !slots.has(name);
      const layout = layouts.get(name) ?? plan.transposed(slot, dimension);
      layouts.set(name, layout);
      const onCopy = { ...each, slots: new Map([...each.slots].map(([ref, old]) => [ref, old === slot ? name : old])) };
      if (isContraction(onCopy)) {
        slots.set(name, { name, shape: layout.shape });
        return isNew ? [copyNest(slot, name, layout.shape), onCopy] : [onCopy];
      }
      if (isNew) layouts.delete(name);
    }
    return [each];
  });
  return { placed: { ...placed, nests, slots }, plan: { ...plan, layouts } };
}

function isProductSum({ combine, value, axes }: Nest): boolean {
  return combine === 'sum' && value.kind === 'binary' && value.op === 'mul' && axes.some((axis) => axis.kind === 'reduce');
}

/** Weights that a nest reads, with each dimension that lanes could run along. */
function candidates(each: PlacedNest, plan: LayoutPlan): readonly { readonly slot: SlotName; readonly dimension: number }[] {
  return nestLoads(each.nest).flatMap((load) => {
    const slot = slotOf(each, load.tensor);
    if (!plan.isWeight(slot)) return [];
    return load.index.flatMap((index, dimension) => {
      const axis = walkerOf(index);
      return axis !== undefined && each.nest.axes[axis]?.kind === 'parallel' ? [{ slot, dimension }] : [];
    });
  });
}
