// The parts of op records, as most ops state them.

import type { LowerRule, Lowering } from '../../ir/op.ts';
import type { ConstantRule } from '../../ir/pruning-rules.ts';
import type { GradientContext, Training } from '../../ir/training-rules.ts';
import type { Attrs, Value } from '../../ir/graph.ts';

export const undifferentiated: { readonly kind: 'constant' } = { kind: 'constant' };

export function differentiated<A extends Attrs>(gradient: (context: GradientContext<A>) => readonly (Value | undefined)[]): Training<A> {
  return { kind: 'gradient', gradient };
}

export const opaque: { readonly kind: 'opaque' } = { kind: 'opaque' };

/** Channels that are constant are the same constants behind the op. */
export const sameConstants: ConstantRule = (_attrs, [constants], _known, [shape]) => constants ?? new Float64Array(shape?.[1] ?? 0).fill(NaN);

export function nests<A extends Attrs>(lower: LowerRule<A>): Lowering<A> {
  return { kind: 'nests', lower, epilogue: false };
}

export function view<A extends Attrs>(lower: LowerRule<A>): Lowering<A> {
  return { kind: 'view', lower };
}

export const leaf: { readonly kind: 'leaf' } = { kind: 'leaf' };
