// Where the elements lie that a nest reads or writes, dimension by dimension: each index is a table over the axes that it is made of.

import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Index } from '../../ir/nest.ts';
import { termAt } from '../../ir/nest.ts';

/** Axes of a nest that stand at one point. */
export type Fixed = ReadonlyMap<number, number>;

/** The index along one dimension. */
export interface PlacedIndex {
  /** Axes that it walks: that of the longest steps first, so that positions ascend where they can. */
  readonly axes: readonly number[];
  /** For each of their points, the last axis fastest; it may lie outside. */
  readonly positions: readonly number[];
  /** The same with the axes in their own order. */
  readonly ascending: readonly number[];
  /** They are all positions of the dimension, in order. */
  readonly isWhole: boolean;
}

/** Undefined where an axis walks two dimensions at once: then they are no tables of their own. */
export function placedIndices(indices: readonly Index[], shape: Shape, extents: readonly number[], fixed: Fixed): readonly PlacedIndex[] | undefined {
  const placed = indices.map((index, d) => placedIndex(index, shape[d] ?? 0, extents, fixed));
  const axes = placed.flatMap((each) => each.axes);
  return new Set(axes).size === axes.length ? placed : undefined;
}

function placedIndex({ terms, offset }: Index, extent: number, extents: readonly number[], fixed: Fixed): PlacedIndex {
  const start = terms.reduce((sum, term) => sum + (fixed.has(term.axis) ? termAt(term, fixed.get(term.axis) ?? NaN) : 0), offset);
  const ascending = [...new Set(terms.map(({ axis }) => axis))].filter((axis) => !fixed.has(axis)).toSorted((a, b) => a - b);
  const stepsOf = (axis: number): readonly number[] => {
    const own = terms.filter((term) => term.axis === axis);
    return Array.from({ length: extents[axis] ?? 0 }, (_, i) => own.reduce((sum, term) => sum + termAt(term, i), 0));
  };
  const along = (axes: readonly number[]): readonly number[] => axes.map(stepsOf).reduce((positions, steps) => positions.flatMap((at) => steps.map((step) => at + step)), [start]);
  const strideOf = (axis: number): number => {
    const [first = 0, second = first] = stepsOf(axis);
    return Math.abs(second - first);
  };
  const axes = ascending.toSorted((a, b) => strideOf(b) - strideOf(a));
  const positions = along(axes);
  return { axes, positions, ascending: along(ascending), isWhole: positions.length === extent && positions.every((at, i) => at === i) };
}

/** The extents of axes, but for those that are not named, which are 1: a shape that is broadcast over all axes. */
export function alongAxes(axes: readonly number[], extents: readonly number[]): Shape {
  return extents.map((extent, axis) => (axes.includes(axis) ? extent : 1));
}

/** How many points the axes have. */
export function pointsOf(axes: readonly number[], extents: readonly number[]): number {
  return sizeOf(axes.map((axis) => extents[axis] ?? 1));
}
