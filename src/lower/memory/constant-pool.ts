// Constant memory of a module: weights, and offset tables, of which equal ones are one.

import type { Segment } from '../../ir/kernel.ts';
import { roundUp } from '../layouts/tensor-layout.ts';

/** Constant memory that a schedule asks for. */
export interface Constants {
  /** Places a table of offsets, given in elements and stored in address units; answers its address in elements. */
  readonly table: (offsets: readonly number[]) => number;
  /** Places numbers; answers their address in elements. */
  readonly data: (values: Float32Array) => number;
  /** Places a whole tensor as it lies, once for all nests that read it; answers its address in elements. */
  readonly tensor: (values: Float64Array) => number;
}

export interface ConstantPool extends Constants {
  readonly segments: () => readonly Segment[];
  /** First element after the pool. */
  readonly end: () => number;
}

/** Tables of more entries are hardly ever equal, and long to compare. */
const longestShared = 2 ** 16;
/** Elements of 64 bytes. */
const cacheLine = 16;
/** Lanes are read four at a time, so data ends on a whole vector: lanes past it are zero. */
const wholeVector = 4;

/** @param from First element of the pool. @param unit Address units an element: tables hold addresses. */
export function constantPool(from: number, unit: number): ConstantPool {
  const segments: Segment[] = [];
  const tables = new Map<string, number>();
  const tensors = new Map<Float64Array, number>();
  let next = roundUp(from, cacheLine);
  const place = (data: Float32Array | Int32Array): number => {
    const offset = next;
    segments.push({ offset, data });
    next = roundUp(next + data.length, wholeVector);
    return offset;
  };
  return {
    table: (offsets) => {
      const key = offsets.length <= longestShared ? offsets.join(',') : undefined;
      const known = key === undefined ? undefined : tables.get(key);
      if (known !== undefined) return known;
      const at = place(Int32Array.from(offsets, (offset) => offset * unit));
      if (key !== undefined) tables.set(key, at);
      return at;
    },
    data: place,
    tensor: (values) => {
      const at = tensors.get(values) ?? place(Float32Array.from(values));
      tensors.set(values, at);
      return at;
    },
    segments: () => segments,
    end: () => next,
  };
}
