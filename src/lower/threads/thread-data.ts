// Constant data of one kernel. Large pieces are tables of their own, in rows, so that no flat index grows
// beyond what a float counts exactly; the others share one, because a kernel may bind eight buffers at most.

import { invariant } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import { indexProduct, indexSum, int, type ThreadData, type ThreadIndex } from '../../ir/thread-kernel.ts';

export interface PlacedData {
  readonly data: number;
  readonly at: readonly ThreadIndex[];
}

export interface DataPool {
  /** Places `rows` x `columns` numbers, row by row; answers how to reach one. */
  readonly add: (values: ArrayLike<number>, columns: number) => (row: ThreadIndex, column: ThreadIndex) => PlacedData;
  readonly finish: () => readonly ThreadData[];
}

/** Storage buffers that WebGPU lets a kernel bind, the output among them. */
export const mostBuffers = 8;

/** Indices up to here are exact as floats, which some backends make of them. */
const exactIndex = 2 ** 24;
/** Numbers from which a piece stands alone. */
const large = 4096;

export function dataPool(operands: number): DataPool {
  const all: { extents: readonly number[]; values: ArrayLike<number> }[] = [];
  const together: number[] = [];
  let shared: number | undefined;
  return {
    add: (values, columns) => {
      const rows = values.length / columns;
      // One more is kept for what is shared.
      const room = mostBuffers - 1 - operands - all.length - (shared === undefined ? 1 : 0);
      if (values.length >= large && rows > 1 && room > 0) {
        const data = all.push({ extents: [columns, rows], values }) - 1;
        return (row, column) => ({ data, at: [column, row] });
      }
      shared ??= all.push({ extents: [0], values: together }) - 1;
      const data = shared;
      const first = together.length;
      for (let i = 0; i < values.length; i++) together.push(values[i] as number);
      invariant(together.length <= exactIndex, 'a flat index that floats do not count');
      return (row, column) => ({ data, at: [indexSum(indexSum(indexProduct(row, columns), column), int(first))] });
    },
    finish: () => all.map(({ extents, values }) => ({ extents: sizeOf(extents) === 0 ? [values.length] : extents, values: Float32Array.from(values) })),
  };
}
