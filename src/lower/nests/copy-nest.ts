// A nest that moves a value to another slot, for where two layouts of one value are wanted.

import { along, load, type Axis } from '../../ir/nest.ts';
import type { PlacedNest, SlotName } from './placed-nest.ts';

/**
 * Copies every element of one slot to another of the same shape, whatever their layouts.
 * @param batched Axis 0 walks the samples.
 */
export function copyNest(from: SlotName, to: SlotName, shape: readonly number[], batched = false): PlacedNest {
  const axes = shape.map((extent, d): Axis => ({ name: `d${d}`, extent, kind: 'parallel', ...(batched && d === 0 && { role: 'batch' }) }));
  const at = shape.map((_, d) => along(d));
  return { name: 'copy', axes, write: { tensor: to, index: at }, combine: 'store', initial: 0, value: load(from, at), op: 'copy', epilogue: false };
}
