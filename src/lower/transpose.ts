// Copies of weights with another dimension innermost. The gradient of a layer by its input multiplies by
// the transposed weight; its lanes run over input channels, so those must be neighbours in memory.

import { present } from '../base/invariant.ts';
import type { TargetMachine } from '../ir/kernel.ts';
import { asContraction } from './contraction.ts';
import { copyNest } from './copy-nest.ts';
import type { Layout } from './layout.ts';
import type { LayoutPlan } from './layouts.ts';
import { nestLoads } from './nest-loads.ts';
import { slotOf, type PlacedGraph, type PlacedNest, type SlotName } from './placed-nest.ts';
import { resolveNest } from './resolve.ts';
import { divideNest, type Division } from './schedule.ts';
import { walkerOf } from './walker.ts';

/** Gives every product-sum that is no contraction as its weight lies a transposed copy that makes it one. */
export function transposeWeights(placed: PlacedGraph, plan: LayoutPlan, division: Division, machine: TargetMachine): { readonly placed: PlacedGraph; readonly plan: LayoutPlan } {
  const layouts = new Map(plan.layouts);
  const slots = new Map(placed.slots);
  const isContraction = (each: PlacedNest, slotNames: ReadonlyMap<unknown, SlotName> = each.slots): boolean => {
    const resolved = resolveNest(each.nest, (ref) => ({ layout: present(layouts.get(present(slotNames.get(ref), 'slot')), 'layout'), base: 0 }));
    return asContraction(divideNest(resolved, division).domain, machine) !== undefined;
  };
  const nests = placed.nests.flatMap((each): PlacedNest[] => {
    const { nest } = each;
    const isProductSum = nest.combine === 'sum' && nest.value.kind === 'binary' && nest.value.op === 'mul' && nest.axes.some((axis) => axis.kind === 'reduce');
    if (!isProductSum || isContraction(each)) return [each];
    for (const expr of nestLoads(nest)) {
      const slot = slotOf(each, expr.tensor);
      if (!plan.isWeight(slot)) continue;
      for (const [d, index] of expr.index.entries()) {
        const axis = walkerOf(index);
        if (axis === undefined || nest.axes[axis]?.kind !== 'parallel') continue;
        const name = `${slot}^${d}`;
        const layout: Layout = layouts.get(name) ?? plan.transposed(slot, d);
        layouts.set(name, layout);
        const names = new Map([...each.slots].map(([ref, old]) => [ref, old === slot ? name : old]));
        if (!isContraction(each, names)) {
          if (!slots.has(name)) layouts.delete(name);
          continue;
        }
        const known = slots.has(name);
        slots.set(name, { name, shape: layout.shape });
        return [...(known ? [] : [copyNest(slot, name, layout.shape)]), { ...each, slots: names }];
      }
    }
    return [each];
  });
  return { placed: { ...placed, nests, slots }, plan: { ...plan, layouts } };
}
