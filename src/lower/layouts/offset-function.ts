// How an offset moves with one whole number, an index along a dimension or the counter of an axis.

import { invariant } from '../../base/invariant.ts';

/** `stride * i`, or `offsets[i]`; in elements. */
export type OffsetFunction = { readonly kind: 'linear'; readonly stride: number } | { readonly kind: 'table'; readonly offsets: readonly number[] };

export function offsetAt(f: OffsetFunction, i: number): number {
  if (f.kind === 'linear') return f.stride * i;
  const offset = f.offsets[i];
  invariant(offset !== undefined, () => `point ${i} outside a table of ${f.offsets.length}`);
  return offset;
}

/** Least and greatest of some numbers. Tables are too long to be spread as arguments. */
export function extremes(numbers: readonly number[]): readonly [least: number, greatest: number] {
  return numbers.reduce<[number, number]>(([least, greatest], number) => [Math.min(least, number), Math.max(greatest, number)], [Infinity, -Infinity]);
}
