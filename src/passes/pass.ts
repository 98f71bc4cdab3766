// The contract of a graph transform on programs (a graph with the values of its parameters). Every pass
// keeps the function the program computes.

import type { Program } from '../ir/graph.ts';
import type { OpRegistry } from '../ir/op.ts';

/** What a pass establishes and later ones rely on. */
export type Property =
  /** No node passes its only operand on unchanged. */
  | 'no-identities'
  /** No affine map per channel follows weights that it alone reads. */
  | 'affine-folded'
  /** No operand of two is the same number at every position of a channel. */
  | 'no-constant-branches'
  /** No removable filter, channel, fiber or neuron is left. */
  | 'compact';

export interface PassContext {
  readonly ops: OpRegistry;
}

export interface Pass {
  /** kebab-case, as `--dump-after` takes it. */
  readonly name: string;
  /** One line for people. */
  readonly doc: string;
  readonly requires: readonly Property[];
  readonly ensures: readonly Property[];
  readonly run: (program: Program, context: PassContext) => Program;
}
