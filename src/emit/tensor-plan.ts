// Where the caller's numbers go: a binding of the kernels, read in the order of the caller's layout.

import { invariant, present } from '../base/invariant.ts';
import type { Binding } from '../ir/kernel.ts';
import type { AxisPlan, TensorPlan } from '../runtime/net.ts';

export type Layout = 'chw' | 'hwc';

/** Axes of the binding `[batch, ...sample]` in the caller's order. */
function orderOf(binding: Binding, layout: Layout): readonly number[] {
  return layout === 'hwc' && binding.shape.length === 4 ? [0, 2, 3, 1] : binding.shape.map((_, axis) => axis);
}

/** Shape of one sample in the caller's order. */
export function sampleShape(binding: Binding, layout: Layout): readonly number[] {
  return orderOf(binding, layout).slice(1).map((axis) => present(binding.shape[axis], 'extent'));
}

export function planOf(binding: Binding, layout: Layout): TensorPlan {
  const axes = orderOf(binding, layout).flatMap((axis): readonly AxisPlan[] => {
    const offsets = [...present(binding.axes[axis], `axis ${axis} of ${binding.name}`)];
    invariant(offsets.length === binding.shape[axis] && offsets[0] === 0, () => `axis ${axis} of ${binding.name}`);
    return nestedAxes(offsets) ?? [{ offsets }];
  });
  return { offset: binding.offset, axes };
}

/**
 * A table of offsets as nested axes of constant stride, outermost first: what flattening made one of several.
 * Undefined where it is no such nest.
 */
function nestedAxes(offsets: readonly number[]): readonly AxisPlan[] | undefined {
  const stride = offsets[1] ?? 0;
  const end = offsets.findIndex((offset, i) => offset !== i * stride);
  if (end < 0) return [{ size: offsets.length, stride }];
  if (offsets.length % end !== 0) return undefined;
  const outer = offsets.filter((_, i) => i % end === 0);
  if (outer.length === offsets.length || !offsets.every((offset, i) => offset === present(outer[Math.floor(i / end)], 'outer offset') + (i % end) * stride)) return undefined;
  const around = nestedAxes(outer);
  return around && [...around, { size: end, stride }];
}

const axisNames: Readonly<Record<Layout, readonly string[]>> = {
  chw: ['channel', 'row', 'column'],
  hwc: ['row', 'column', 'channel'],
};

/** For people: where an element of the tensor stands in a view that starts at the plan's offset. */
export function describePlan(plan: TensorPlan, layout: Layout): string {
  if (isContiguous(plan)) return 'in the order of `run`';
  const names = plan.axes.length === 4 ? axisNames[layout] : plan.axes.slice(1).map((_, i) => `i${i}`);
  const terms: string[] = [];
  for (const [i, axis] of plan.axes.entries()) {
    if ('offsets' in axis) return 'in an order of its own: leave it to `run`';
    const name = i === 0 ? 'sample' : present(names[i - 1], 'axis name');
    if (axis.size > 1) terms.push(axis.stride === 1 ? name : `${axis.stride} * ${name}`);
  }
  return `[${names.join(', ')}] at index ${terms.join(' + ')}; what lies between must stay as it is`;
}

function isContiguous(plan: TensorPlan): boolean {
  let inner = 1;
  for (const axis of plan.axes.toReversed()) {
    if ('offsets' in axis || (axis.size > 1 && axis.stride !== inner)) return false;
    inner *= axis.size;
  }
  return true;
}
