// What a schedule can compute before the program runs: expressions over compile-time data, at one point.

import { invariant, present } from '../../base/invariant.ts';
import { stridesOf, type Shape } from '../../base/tensor.ts';
import { binaryAt, compareAt, unaryAt } from '../../ir/arithmetic.ts';
import { termAt, type Axis, type Index } from '../../ir/nest.ts';
import type { SlotExpr, SlotName } from '../nests/placed-nest.ts';

export interface KnownTensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

export type KnownTensors = (slot: SlotName) => KnownTensor | undefined;

/** Whether all that an expression reads is known. */
export function isKnown(expr: SlotExpr, known: KnownTensors): boolean {
  switch (expr.kind) {
    case 'constant':
    case 'index':
      return true;
    case 'load':
      return known(expr.tensor) !== undefined;
    case 'unary':
      return isKnown(expr.a, known);
    case 'binary':
      return isKnown(expr.a, known) && isKnown(expr.b, known);
    case 'select':
      return [expr.a, expr.b, expr.then, expr.otherwise].every((part) => isKnown(part, known));
    case 'random':
    case 'accumulator':
      return false;
  }
}

/** The axes that an index moves with. */
export function axesOfIndices(indices: readonly Index[]): readonly number[] {
  return indices.flatMap((index) => index.terms.map((term) => term.axis));
}

/** The axes that the value of an expression depends on. */
export function axesOf(expr: SlotExpr): ReadonlySet<number> {
  switch (expr.kind) {
    case 'constant':
    case 'accumulator':
      return new Set();
    case 'index':
      return new Set(axesOfIndices([expr.index]));
    case 'load':
      return new Set(axesOfIndices(expr.index));
    case 'unary':
      return axesOf(expr.a);
    case 'binary':
      return new Set([...axesOf(expr.a), ...axesOf(expr.b)]);
    case 'select':
      return new Set([expr.a, expr.b, expr.then, expr.otherwise].flatMap((part) => [...axesOf(part)]));
    case 'random':
      return new Set([...axesOf(expr.seed), ...axesOf(expr.step), ...axesOfIndices([expr.index])]);
  }
}

export function indexAt(index: Index, point: readonly number[]): number {
  return index.terms.reduce((sum, term) => sum + termAt(term, present(point[term.axis], 'axis')), index.offset);
}

/** The value of a known expression at a point; an accumulator's is given. */
export function evaluateAt(expr: SlotExpr, point: readonly number[], known: KnownTensors, accumulator: number = NaN): number {
  const part = (inner: SlotExpr): number => evaluateAt(inner, point, known, accumulator);
  switch (expr.kind) {
    case 'constant':
      return expr.value;
    case 'accumulator':
      return accumulator;
    case 'index':
      return indexAt(expr.index, point);
    case 'load': {
      const { shape, data } = present(known(expr.tensor), 'known tensor');
      const at = expr.index.map((index) => indexAt(index, point));
      if (at.some((i, d) => i < 0 || i >= present(shape[d], 'extent'))) return present(expr.outside, 'value outside the tensor');
      const strides = stridesOf(shape);
      return present(data[at.reduce((sum, i, d) => sum + i * present(strides[d], 'stride'), 0)], 'element');
    }
    case 'unary':
      return unaryAt(expr.op, part(expr.a));
    case 'binary':
      return binaryAt(expr.op, part(expr.a), part(expr.b));
    case 'select':
      return compareAt(expr.compare, part(expr.a), part(expr.b)) ? part(expr.then) : part(expr.otherwise);
    case 'random':
      invariant(false, 'random numbers are drawn when the program runs');
  }
}

/** The values of a known expression at all points of some axes (the others at 0), the last axis fastest. */
export function valuesOver(expr: SlotExpr, all: readonly Axis[], axes: readonly number[], known: KnownTensors): Float64Array {
  const extents = axes.map((axis) => present(all[axis], 'axis').extent);
  const values = new Float64Array(extents.reduce((size, extent) => size * extent, 1));
  const point = all.map(() => 0);
  const weights = expr.kind === 'load' && expr.outside === undefined ? present(known(expr.tensor), 'known tensor') : undefined;
  // Of weights, which are many, an element's place is a sum of one function an axis.
  const place = weights && expr.kind === 'load' ? placesAlong(expr.index, weights.shape, axes, extents, point) : undefined;
  let at = 0;
  const walk = (depth: number, from: number): void => {
    const axis = axes[depth];
    if (axis === undefined) {
      values[at++] = weights ? (weights.data[from] ?? NaN) : evaluateAt(expr, point, known);
      return;
    }
    for (let i = 0; i < (extents[depth] ?? 0); i++) {
      point[axis] = i;
      walk(depth + 1, from + (place?.along[depth]?.[i] ?? 0));
    }
  };
  walk(0, place?.base ?? 0);
  return values;
}

function placesAlong(indices: readonly Index[], shape: Shape, axes: readonly number[], extents: readonly number[], origin: readonly number[]): { readonly base: number; readonly along: readonly Int32Array[] } {
  const strides = stridesOf(shape);
  const placeAt = (point: readonly number[]): number => indices.reduce((sum, index, d) => sum + indexAt(index, point) * present(strides[d], 'stride'), 0);
  const base = placeAt(origin);
  return { base, along: axes.map((axis, depth) => Int32Array.from({ length: extents[depth] ?? 0 }, (_, i) => placeAt(origin.with(axis, i)) - base)) };
}
