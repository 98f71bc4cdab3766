// Where the caller's numbers go: a binding of the kernels, read in the order of the caller's layout.

import { invariant, present } from '../base/invariant.ts';
import type { Binding } from '../ir/kernel.ts';

export type Layout = 'chw' | 'hwc';

type AxisPlan = { readonly size: number; readonly stride: number } | { readonly offsets: readonly number[] };

export interface TensorPlan {
  /** In elements. */
  readonly offset: number;
  /** Batch first, then those of a sample in the caller's order; the last is fastest. */
  readonly axes: readonly AxisPlan[];
}

/** Axes of the binding `[batch, ...sample]` in the caller's order. */
function orderOf(binding: Binding, layout: Layout): readonly number[] {
  return layout === 'hwc' && binding.shape.length === 4 ? [0, 2, 3, 1] : binding.shape.map((_, axis) => axis);
}

/** Shape of one sample in the caller's order. */
export function sampleShape(binding: Binding, layout: Layout): readonly number[] {
  return orderOf(binding, layout).slice(1).map((axis) => present(binding.shape[axis], 'extent'));
}

export function planOf(binding: Binding, layout: Layout): TensorPlan {
  const axes = orderOf(binding, layout).map((axis): AxisPlan => {
    const offsets = [...present(binding.axes[axis], `axis ${axis} of ${binding.name}`)];
    const size = binding.shape[axis];
    invariant(offsets.length === size && offsets[0] === 0, () => `axis ${axis} of ${binding.name}`);
    const stride = offsets[1] ?? 0;
    return offsets.every((offset, i) => offset === i * stride) ? { size, stride } : { offsets };
  });
  return { offset: binding.offset, axes };
}

/** Index of an element in the view that starts at the plan's offset, by names of the axes, or that it is in order. */
export function describePlan(plan: TensorPlan): string {
  const sample = plan.axes.slice(1);
  const names = sample.length === 3 ? ['a', 'b', 'c'] : ['i', 'j', 'k', 'l'];
  const all = [...(extentOf(plan.axes[0]) > 1 ? [['n', plan.axes[0]] as const] : []), ...sample.map((axis, i) => [names[i] ?? `i${i}`, axis] as const)];
  if (isContiguous(plan)) return 'in the order of `run`';
  if (all.some(([, axis]) => axis && 'offsets' in axis)) return 'in an order of its own: leave it to `run`';
  const moving = all.flatMap(([name, axis]) => (axis && 'stride' in axis && axis.size > 1 ? [axis.stride === 1 ? name : `${axis.stride} * ${name}`] : []));
  return `number [${all.map(([name]) => name).join(', ')}] at index ${moving.join(' + ') || '0'}, the rest untouched`;
}

function extentOf(axis: AxisPlan | undefined): number {
  if (!axis) return 1;
  return 'offsets' in axis ? axis.offsets.length : axis.size;
}

function isContiguous(plan: TensorPlan): boolean {
  let inner = 1;
  for (const axis of plan.axes.toReversed()) {
    if ('offsets' in axis || (axis.size > 1 && axis.stride !== inner)) return false;
    inner *= axis.size;
  }
  return true;
}
