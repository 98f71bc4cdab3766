// A reduction over a flattened image becomes one over its channels, rows and columns, so that the image is
// read where it lies without tables.
//
//   sum over i of x[n, i] * w[o, i]   =>   sum over c, h, w of x[n, (c*H + h)*W + w] * w[o, (c*H + h)*W + w]

import { present } from '../../base/invariant.ts';
import { along, type Axis, type Index } from '../../ir/nest.ts';
import { nestLoads } from '../nests/nest-loads.ts';
import type { PlacedNest, SlotName } from '../nests/placed-nest.ts';
import { substituteExpr } from '../nests/substitute.ts';
import type { PlacedAxis, ThreadLayout } from './thread-layout.ts';
import { walkerOf } from '../nests/walker.ts';

/** Splits the reduce axes of a nest that walk a flattened axis from end to end. */
export function splitFlattened(nest: PlacedNest, layoutOf: (slot: SlotName) => ThreadLayout | undefined): PlacedNest {
  for (const [axis, { kind }] of nest.axes.entries()) {
    const parts = kind === 'reduce' && !hasTable(nest, axis) ? flattenedUnder(nest, axis, layoutOf) : undefined;
    if (parts) return splitFlattened(split(nest, axis, parts), layoutOf);
  }
  return nest;
}

function hasTable(nest: PlacedNest, axis: number): boolean {
  return nestLoads(nest).some((load) => load.index.some((index) => index.terms.some((term) => term.axis === axis && 'table' in term)));
}

function flattenedUnder(nest: PlacedNest, axis: number, layoutOf: (slot: SlotName) => ThreadLayout | undefined): readonly PlacedAxis[] | undefined {
  for (const load of nestLoads(nest)) {
    for (const [d, index] of load.index.entries()) {
      if (walkerOf(index) !== axis) continue;
      const layout = layoutOf(load.tensor);
      const parts = layout?.axes[d];
      if (parts && parts.length > 1 && layout.shape[d] === nest.axes[axis]?.extent) return parts;
    }
  }
  return undefined;
}

/** The axis keeps the outermost part; the others are new axes at the end. */
function split(nest: PlacedNest, axis: number, parts: readonly PlacedAxis[]): PlacedNest {
  const whole = present(nest.axes[axis], 'axis');
  const [first, ...rest] = parts.map(({ extent }, p): Axis => ({ ...whole, name: `${whole.name}${p}`, extent }));
  const axes = [...nest.axes.map((old, a) => (a === axis ? present(first, 'part') : old)), ...rest];
  let inner = parts.reduce((product, { extent }) => product * extent, 1);
  const terms = parts.map(({ extent }, p) => ({ axis: p === 0 ? axis : nest.axes.length + p - 1, factor: (inner /= extent) }));
  const at = nest.axes.map((_, a): Index => (a === axis ? { offset: 0, terms } : along(a)));
  return { ...nest, axes, value: substituteExpr(nest.value, at, () => undefined) };
}
