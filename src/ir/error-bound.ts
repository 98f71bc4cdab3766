// How far from the reference an operator's numbers may be for rounding alone.

import type { Attrs } from './graph.ts';
import type { F64Tensor } from './op.ts';

/** A value and how far computed numbers may be from it, element by element. */
export interface Bounded {
  readonly value: F64Tensor;
  readonly error: F64Tensor;
}

/** The floating point that something is computed in. */
export interface Arithmetic {
  /** Spacing of numbers just above 1. */
  readonly epsilon: number;
  /** The smallest normal number: what is smaller may become zero. */
  readonly smallest: number;
}

/** What emitted kernels compute in. */
export const singlePrecision: Arithmetic = { epsilon: 2 ** -23, smallest: 2 ** -126 };
/** What the reference computes in. */
export const doublePrecision: Arithmetic = { epsilon: 2 ** -52, smallest: 2 ** -1022 };

/**
 * How rounding, and the errors that operands have already, become the error of result 0.
 * - `sums`: it is sums of products, as its weights tell.
 * - `monotone`: each element rises or falls with each element of each operand, but never both.
 * - A function: a rule of the op's own. `unit` is `tolerance` times epsilon.
 */
export type ErrorBound<A extends Attrs = Attrs> = 'sums' | 'monotone' | ErrorRule<A>;
export type ErrorRule<A extends Attrs = Attrs> = (attrs: A, operands: readonly Bounded[], unit: number, arithmetic: Arithmetic) => Bounded;
