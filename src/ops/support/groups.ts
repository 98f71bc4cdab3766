// Groups of a parameter as the penalties see them: its dimensions split, row-major, into the axes of `view`;
// the axes in `keep` number the group, the others run within it.

import { invariant } from '../../base/invariant.ts';
import { sizeOf, stridesOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { numbers } from '../../ir/attributes.ts';
import type { SchemaOf } from '../../ir/attributes.ts';
import type { Axis, Index, IndexTerm } from '../../ir/nest.ts';
import { between } from './sampling.ts';

export type GroupAttrs = { readonly view: readonly number[]; readonly keep: readonly number[] };
export const groupAttributes: SchemaOf<GroupAttrs> = { view: numbers, keep: numbers };

export interface GroupView {
  readonly view: readonly number[];
  readonly keep: readonly number[];
  readonly groups: number;
  /** The dimension that each view axis belongs to. */
  readonly dimension: readonly number[];
}

/** Matches view axes with the dimensions they split. */
export function groupView(attrs: GroupAttrs, shape: Shape): GroupView {
  const { view, keep } = attrs;
  const dimension: number[] = [];
  let axis = 0;
  for (const [d, extent] of shape.entries()) {
    let size = 1;
    do {
      size *= view[axis] ?? NaN;
      dimension.push(d);
      axis++;
      // Axes of extent 1 that follow belong to this dimension, as long as enough are left for the others.
    } while (size < extent || (view[axis] === 1 && view.length - axis > shape.length - d - 1));
    invariant(size === extent, () => `view [${view.join(', ')}] does not split [${shape.join(', ')}]`);
  }
  invariant(axis === view.length && keep.every((kept) => kept < view.length), () => `view [${view.join(', ')}] does not split [${shape.join(', ')}]`);
  return { view, keep, groups: sizeOf(keep.map((kept) => view[kept] ?? NaN)), dimension };
}

/** The group of each element, row-major. */
export function groupOfElements(attrs: GroupAttrs, shape: Shape): Int32Array {
  const { view, keep } = groupView(attrs, shape);
  const groupStrides = stridesOf(keep.map((axis) => view[axis] ?? NaN));
  const strides = stridesOf(view);
  return Int32Array.from({ length: sizeOf(shape) }, (_, at) =>
    keep.reduce((group, axis, k) => group + (Math.floor(at / (strides[axis] ?? NaN)) % (view[axis] ?? NaN)) * (groupStrides[k] ?? NaN), 0),
  );
}

export interface GroupAxes {
  readonly axes: readonly Axis[];
  /** Indices of the parameter. */
  readonly element: readonly Index[];
  /** The group's number. */
  readonly group: Index;
}

/** Axes over the kept view axes first, then the others, as `within` says. */
export function groupAxes(attrs: GroupAttrs, shape: Shape, within: 'parallel' | 'reduce'): GroupAxes {
  const { view, keep, dimension } = groupView(attrs, shape);
  const inner = view.map((_, axis) => axis).filter((axis) => !keep.includes(axis));
  const order = within === 'parallel' ? view.map((_, axis) => axis) : [...keep, ...inner];
  const place = (axis: number): number => order.indexOf(axis);
  const element = shape.map((_, d): Index => {
    const own = view.map((__, axis) => axis).filter((axis) => dimension[axis] === d);
    const strides = stridesOf(own.map((axis) => view[axis] ?? NaN));
    return { offset: 0, terms: own.map((axis, i): IndexTerm => ({ axis: place(axis), factor: strides[i] ?? NaN })) };
  });
  const groupStrides = stridesOf(keep.map((axis) => view[axis] ?? NaN));
  return {
    axes: order.map((axis) => ({ name: `v${axis}`, extent: view[axis] ?? NaN, kind: keep.includes(axis) ? 'parallel' : within })),
    element,
    group: { offset: 0, terms: keep.map((axis, k): IndexTerm => ({ axis: place(axis), factor: groupStrides[k] ?? NaN })) },
  };
}

/** A parameter and one of its groupings. */
export function sampleGroups(random: () => number): { readonly shape: Shape; readonly attrs: GroupAttrs; readonly groups: number } {
  const [parts, rows] = [between(random, 1, 3), between(random, 1, 3)];
  const rest = Array.from({ length: between(random, 0, 3) }, () => between(random, 1, 3));
  const split = random() < 0.5;
  const shape = [parts * rows, ...rest];
  const view = split ? [parts, rows, ...rest] : shape;
  const keep = view.map((_, axis) => axis).filter(() => random() < 0.5);
  return { shape, attrs: { view, keep }, groups: sizeOf(keep.map((axis) => view[axis] ?? NaN)) };
}
