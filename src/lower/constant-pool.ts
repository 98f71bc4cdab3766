// Constant memory of a module: packed weights and offset tables, each distinct content once.

import type { Segment } from '../ir/kernel.ts';
import type { Constants } from './emit-expr.ts';
import { roundUp } from './layout.ts';

export interface ConstantPool extends Constants {
  readonly segments: () => readonly Segment[];
  /** First element after the pool. */
  readonly end: () => number;
}

/** @param from First element of the pool. @param unit Address units an element: tables hold addresses. */
export function constantPool(from: number, unit: number): ConstantPool {
  const segments: Segment[] = [];
  const tables = new Map<string, number>();
  let next = roundUp(from, 16);
  const place = (data: Float32Array | Int32Array): number => {
    const offset = next;
    segments.push({ offset, data });
    // Vectors are read four at a time, so a run ends on a whole one.
    next = roundUp(next + data.length, 4);
    return offset;
  };
  return {
    table: (offsets) => {
      const key = offsets.join(',');
      const known = tables.get(key);
      if (known !== undefined) return known;
      const at = place(Int32Array.from(offsets, (offset) => offset * unit));
      tables.set(key, at);
      return at;
    },
    data: place,
    segments: () => segments,
    end: () => next,
  };
}
