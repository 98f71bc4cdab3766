// The parts of op records, as most ops state them.

import type { ConstantRule, GradientContext, LowerRule, Lowering, Pruning, Training } from '../../ir/op.ts';
import type { Value } from '../../ir/graph.ts';

export const undifferentiated: Training = { kind: 'constant' };

export function differentiated(gradient: (context: GradientContext) => readonly (Value | undefined)[]): Training {
  return { kind: 'gradient', gradient };
}

export const opaque: Pruning = { kind: 'opaque' };

/** Channels that are constant are the same constants behind the op. */
export const sameConstants: ConstantRule = (_attrs, [constants], _known, [shape]) => constants ?? new Float64Array(shape?.[1] ?? 0).fill(NaN);

export function nests(lower: LowerRule): Lowering {
  return { kind: 'nests', lower, epilogue: false };
}

export function view(lower: LowerRule): Lowering {
  return { kind: 'view', lower };
}

export const leaf: Lowering = { kind: 'leaf' };
