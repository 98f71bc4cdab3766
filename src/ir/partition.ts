// A partition of a weight, seen as a matrix of rows (dimension 0) by columns (the others, row-major). All partitions
// that there are divide rows and columns apart from each other: a group is what one class of rows and one class of
// columns have in common.
//
//   filters   every row a class, one class of columns        channels   a class of rows each convolution group,
//   blocks    classes of m rows and of n columns                        a class of columns each channel

import { invariant } from '../base/invariant.ts';
import type { AxisExtent, LayerAxes, Structure, StructureArguments, WeightAxis } from './structure.ts';

/** Which class each index belongs to, numbered from 0. */
export interface Classes {
  readonly of: Int32Array;
  readonly count: number;
}

/** Group number = class of the row * count of the columns' classes + class of the column. */
export interface Partition {
  readonly rows: Classes;
  readonly columns: Classes;
}

/** The weight as a matrix cut into tiles, which do not reach from one part into the next. */
export interface Tiling {
  /** Convolution groups. */
  readonly parts: number;
  /** Of one part. */
  readonly rows: number;
  readonly columns: number;
  /** Rows and columns of a tile; the last ones may have fewer. */
  readonly tile: readonly [rows: number, columns: number];
}

/** @param structure One that divides a single layer. */
export function partitionOf({ name, key }: Structure, given: StructureArguments, axes: LayerAxes): Partition {
  const [rows = [], ...columns] = axes[0].dimensions;
  if (key === 'tiles') return tilePartition(tilingOf(given, axes));
  invariant(key !== 'branch' && key !== 'coupled', () => `${name} divide several layers`);
  return { rows: classesOf(rows, key), columns: classesOf(columns.flat(), key) };
}

export function tilingOf({ rows: height = NaN, columns: width = NaN }: StructureArguments, [{ dimensions }]: LayerAxes): Tiling {
  const [rows = [], ...others] = dimensions;
  const parts = sizeOfAxes(rows.filter(({ axis }) => axis === 'group'));
  const [partRows, columns] = [sizeOfAxes(rows) / parts, sizeOfAxes(others.flat())];
  return { parts, rows: partRows, columns, tile: [Math.min(height, partRows), Math.min(width, columns)] };
}

/** Tiles of a part from top to bottom, and from left to right. */
export function tileCounts({ rows, columns, tile }: Tiling): readonly [rows: number, columns: number] {
  return [Math.ceil(rows / tile[0]), Math.ceil(columns / tile[1])];
}

export function tilePartition(tiling: Tiling): Partition {
  const { parts, rows, columns, tile } = tiling;
  const [down, across] = tileCounts(tiling);
  return {
    rows: { of: Int32Array.from({ length: parts * rows }, (_, row) => Math.floor(row / rows) * down + Math.floor((row % rows) / tile[0])), count: parts * down },
    columns: { of: Int32Array.from({ length: columns }, (_, column) => Math.floor(column / tile[1])), count: across },
  };
}

function classesOf(axes: readonly AxisExtent[], key: readonly WeightAxis[] | 'every axis'): Classes {
  let classes = { of: Int32Array.of(0), count: 1 };
  for (const { axis, extent } of axes) {
    const kept = key === 'every axis' || key.includes(axis);
    const { of } = classes;
    classes = {
      of: Int32Array.from({ length: of.length * extent }, (_, i) => (of[Math.floor(i / extent)] as number) * (kept ? extent : 1) + (kept ? i % extent : 0)),
      count: classes.count * (kept ? extent : 1),
    };
  }
  return classes;
}

function sizeOfAxes(axes: readonly AxisExtent[]): number {
  return axes.reduce((product, { extent }) => product * extent, 1);
}

/** Whether every group of `inner` lies in one group of `outer`: its key determines the other's. */
export function nestsIn(inner: Partition, outer: Partition): boolean {
  return determines(inner.rows, outer.rows) && determines(inner.columns, outer.columns);
}

function determines(inner: Classes, outer: Classes): boolean {
  if (outer.count === 1) return true;
  const found = new Int32Array(inner.count).fill(-1);
  return inner.of.every((from, i) => {
    const to = outer.of[i] as number;
    if (found[from] === -1) found[from] = to;
    return found[from] === to;
  });
}

/**
 * What a group is of the weight as a matrix: a row, whole columns of one part, all of it, or any other cells. Zeros of
 * cells stay where they are unless the rest of their row or column is zero too.
 */
export type GroupForm = 'row' | 'columns' | 'whole' | 'cells';

export function groupForm({ key }: Structure, [{ dimensions }]: LayerAxes): GroupForm {
  invariant(key !== 'coupled', 'coupled filters are rows of several layers');
  if (key === 'branch') return 'whole';
  if (key === 'every axis' || key === 'tiles') return 'cells';
  const [first = []] = dimensions;
  const ofRows = key.filter((axis) => first.some((each) => each.axis === axis));
  if (key.length === 0) return 'whole';
  if (ofRows.length === key.length) return 'row';
  // A part of the rows is what columns are whole in.
  return ofRows.every((axis) => axis === 'group') ? 'columns' : 'cells';
}
