// The rule that padding is zero, and all that depends on it. Padding is memory of a tensor that holds none of its
// elements. It starts as zeros, and whoever writes there writes zeros:
//
//   halo     around an image         windows reach into it                    zero in every program
//   lanes    behind the last index   fill the last vector                     zero in training
//   gaps     in a flattened image    its halo and lanes, between features     zero in training
//
// In the halo of what it writes, a scatter leaves values that belong to nobody: nothing relies on such a slot. A
// deployed network relies on halos alone, because other slots leave their values where its lanes and gaps are.
//
// So a vector may be filled up past the last element, and a loop may run over gaps, if that writes zeros where zeros
// are read. relu and tanh do, exp does not.

import { binaryAt, compareAt, unaryAt } from '../../ir/arithmetic.ts';
import type { PaddedMemory } from '../../ir/kernel.ts';
import { offsetsOf, type TensorLayout } from './tensor-layout.ts';
import type { LayoutPlan } from './plan-layouts.ts';
import { loadsOf } from '../nests/nest-loads.ts';
import type { SlotName } from '../nests/placed-nest.ts';
import { sizeOf } from '../../base/tensor.ts';
import { loadOf, type Access, type ResolvedExpr, type ResolvedLoad, type ResolvedNest } from '../accesses/resolve.ts';

/** How a program's slots share memory: with any others that their lives do not meet, or so that zeros in padding last. */
export type Sharing = 'freely' | 'keeping zeros';

/**
 * What a slot's memory asks of those that share it: nothing; to leave zeros in its padding, as values that lie alike do;
 * or to stay away, since nobody writes those zeros again.
 */
export function needsZeros(slot: SlotName, layout: TensorLayout, plan: LayoutPlan, sharing: Sharing): 'no' | 'kept' | 'forever' {
  if (sharing === 'freely') return plan.haloed.has(slot) ? 'forever' : 'no';
  // In what a scatter writes past its tensor nobody looks for zeros, but its lanes are zero as all are.
  if (plan.scattered.has(slot)) return layout.padded.some((extent, d) => extent !== layout.shape[d]) ? 'forever' : 'no';
  return layout.size > sizeOf(layout.shape) ? 'kept' : 'no';
}

/** Whether lanes and gaps of a slot hold zeros whenever it is read. */
export function holdsZeros(slot: SlotName, { base, scattered }: LayoutPlan, sharing: Sharing): boolean {
  return sharing === 'keeping zeros' && !scattered.has(base(slot));
}

/**
 * The places of a slot where only zeros may be written, as the interpreter of kernels checks; undefined where anything may.
 * @param layout Of the whole memory of the slot.
 * @param first Element at which that begins.
 */
export function paddedMemory(slot: SlotName, layout: TensorLayout, first: number, plan: LayoutPlan, sharing: Sharing): PaddedMemory | undefined {
  const zeros = holdsZeros(slot, plan, sharing);
  if (!zeros && (plan.scattered.has(slot) || !plan.haloed.has(slot))) return undefined;
  const written = zeros ? layout : { ...layout, shape: layout.padded };
  return { name: slot, first, size: layout.size, offset: first + layout.origin, axes: offsetsOf(written) };
}

/** Whether a vector of the points before `end` may be stored whole, though they are more than the axis has. */
export function fillsVectors(nest: ResolvedNest, axis: number, end: number): boolean {
  const hasRoom = ({ room }: Access): boolean => (room.get(axis) ?? 0) >= end;
  return hasRoom(nest.write) && isZero(writtenInPadding(nest, axis, ({ access }) => hasRoom(access)));
}

/** Whether loops over `axis` may visit the gaps between its points: that adds zeros to a sum, or writes zeros to gaps. */
export function mayVisitGaps(nest: ResolvedNest, axis: number): boolean {
  const inGap = ({ access }: ResolvedLoad): boolean => access.gaps.has(axis);
  if (nest.axes[axis]?.kind === 'reduce') return nest.combine === 'sum' && isZero(inPadding(nest.value, nest, axis, inGap));
  return nest.write.gaps.has(axis) && isZero(writtenInPadding(nest, axis, inGap));
}

function isZero(value: number | undefined): boolean {
  return value === 0;
}

/** What is written where `axis` stands in padding. @param readsZero Whether a load that the axis moves reads zero there. */
function writtenInPadding(nest: ResolvedNest, axis: number, readsZero: (load: ResolvedLoad) => boolean): number | undefined {
  return inPadding(nest.finish ?? { kind: 'accumulator' }, nest, axis, readsZero);
}

/** The value of an expression where `axis` stands in padding, as far as it follows from the zeros that are read there. */
function inPadding(expr: ResolvedExpr, nest: ResolvedNest, axis: number, readsZero: (load: ResolvedLoad) => boolean): number | undefined {
  const part = (inner: ResolvedExpr): number | undefined => inPadding(inner, nest, axis, readsZero);
  switch (expr.kind) {
    case 'constant':
      return expr.value;
    case 'load': {
      const load = loadOf(nest, expr);
      return moves(load, axis) && readsZero(load) ? 0 : undefined;
    }
    case 'accumulator':
      return accumulated(nest, part(nest.value));
    case 'unary': {
      const a = part(expr.a);
      return a === undefined ? undefined : unaryAt(expr.op, a);
    }
    case 'binary': {
      const [a, b] = [part(expr.a), part(expr.b)];
      if (a !== undefined && b !== undefined) return binaryAt(expr.op, a, b);
      if (expr.op === 'mul') return a === 0 || b === 0 ? 0 : undefined;
      // A divisor that the axis does not move divides elements of the tensor too.
      return expr.op === 'div' && a === 0 && !isMoved(expr.b, nest, axis) ? 0 : undefined;
    }
    case 'select': {
      const [a, b, then, otherwise] = [part(expr.a), part(expr.b), part(expr.then), part(expr.otherwise)];
      if (a !== undefined && b !== undefined) return compareAt(expr.compare, a, b) ? then : otherwise;
      return then === otherwise ? then : undefined;
    }
    case 'index':
    case 'random':
      return undefined;
  }
}

function moves({ access }: ResolvedLoad, axis: number): boolean {
  return access.along.has(axis);
}

function isMoved(expr: ResolvedExpr, nest: ResolvedNest, axis: number): boolean {
  return loadsOf(expr).some((load) => moves(loadOf(nest, load), axis));
}

/** What an element comes to, each of whose points has `value`. */
function accumulated({ combine, initial }: ResolvedNest, value: number | undefined): number | undefined {
  const start = initial === 'keep' ? 0 : initial;
  switch (combine) {
    case 'store':
      return value;
    case 'sum':
      return value === 0 ? start : undefined;
    case 'max':
    case 'min':
      return value === undefined ? undefined : binaryAt(combine, start, value);
  }
}
