// The kernel IR of targets that run one thread an element and offer nothing else (gpu.js): no pointers, no
// memory of their own, no vectors. The body of a kernel computes the one number that the thread at (x, y, z)
// of the output answers. Schedules write it (lower/threads/schedule-threads), printers only print it.
//
//   kernel conv -> 20 x 24 x 24            thread x = channel, y = column, z = row
//     reads value 0, data [20 x 25]
//     sum = 0
//     repeat kh 5, repeat kw 5:  sum += value0[z + kh][y + kw] * data[x][5 kh + kw]
//     answers sum

import type { Binding, Compare, FloatBinary, FloatUnary } from './kernel.ts';

/** Index 0 is x, which varies fastest. */
export type ThreadDimension = 0 | 1 | 2;

/** Extents along x, y and z; those after the last above 1 are left out, so an index has as many parts. */
export type ThreadExtents = readonly number[];

/** A mutable number, or the counter of a loop; its ordinal is its identity within a kernel. */
export interface ThreadLocal {
  readonly ordinal: number;
  /** Says what it holds: letters, chosen by us, never by a model. */
  readonly name: string;
}

/** Integers. They are written out where they are used: a local would hold them as floats. */
export type ThreadIndex =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'thread'; readonly dimension: ThreadDimension }
  | { readonly kind: 'counter'; readonly local: ThreadLocal }
  | { readonly kind: 'sum'; readonly a: ThreadIndex; readonly b: ThreadIndex }
  | { readonly kind: 'product'; readonly a: ThreadIndex; readonly by: number }
  /** Rounded down; `a` is not negative. */
  | { readonly kind: 'quotient'; readonly a: ThreadIndex; readonly by: number }
  /** An integer out of constant data. */
  | { readonly kind: 'table'; readonly data: number; readonly at: readonly ThreadIndex[] };

export type ThreadExpr =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'local'; readonly local: ThreadLocal }
  /** An element of operand `operand` of the kernel, its index x first. */
  | { readonly kind: 'element'; readonly operand: number; readonly at: readonly ThreadIndex[] }
  /** An element of constant data `data` of the kernel. */
  | { readonly kind: 'constant'; readonly data: number; readonly at: readonly ThreadIndex[] }
  | { readonly kind: 'unary'; readonly op: FloatUnary; readonly a: ThreadExpr }
  | { readonly kind: 'binary'; readonly op: FloatBinary; readonly a: ThreadExpr; readonly b: ThreadExpr }
  | { readonly kind: 'select'; readonly compare: Compare; readonly a: ThreadExpr; readonly b: ThreadExpr; readonly then: ThreadExpr; readonly otherwise: ThreadExpr };

/** `least <= index < below`; a bound that always holds is left out. */
export interface ThreadGuard {
  readonly index: ThreadIndex;
  readonly least?: number;
  readonly below?: number;
}

export type ThreadStmt =
  /** The first statement that sets a local stands where all others see it. */
  | { readonly kind: 'set'; readonly local: ThreadLocal; readonly value: ThreadExpr }
  /** `counter` from 0 to count - 1; count is a literal of at least 1. */
  | { readonly kind: 'repeat'; readonly counter: ThreadLocal; readonly count: number; readonly body: readonly ThreadStmt[] }
  /** Where every guard holds, else the other branch. */
  | { readonly kind: 'if'; readonly when: readonly ThreadGuard[]; readonly then: readonly ThreadStmt[]; readonly otherwise: readonly ThreadStmt[] };

/** Compile-time numbers: one row, or rows of equal length. */
export interface ThreadData {
  /** x first. */
  readonly extents: ThreadExtents;
  readonly values: Float32Array;
}

/** A value of the network at run time: an input, or what a kernel answered. */
export interface ThreadValue {
  readonly kind: 'input' | 'kernel';
  readonly index: number;
}

export interface ThreadKernel {
  /** The op it computes, for people. */
  readonly name: string;
  readonly extents: ThreadExtents;
  readonly operands: readonly ThreadValue[];
  readonly data: readonly ThreadData[];
  readonly body: readonly ThreadStmt[];
  readonly result: ThreadExpr;
}

/** Where the elements of a tensor lie in a value whose numbers are listed x fastest. */
export interface ThreadBinding extends Binding {
  readonly extents: ThreadExtents;
}

/** A deployed network as a chain of kernels. */
export interface ThreadModule {
  /** Operands before those that read them. */
  readonly kernels: readonly ThreadKernel[];
  readonly inputs: readonly ThreadBinding[];
  readonly outputs: readonly ThreadOutput[];
}

export interface ThreadOutput extends ThreadBinding {
  /** Of the kernel that answers it. */
  readonly kernel: number;
}

export const int = (value: number): ThreadIndex => ({ kind: 'int', value });

/** Sum with literals folded and gathered at the end; sums lean to the left. */
export function indexSum(a: ThreadIndex, b: ThreadIndex): ThreadIndex {
  const [terms, first] = withoutLiteral(a);
  const [more, second] = withoutLiteral(b);
  const literal = first + second;
  const sum = appended(terms, more);
  if (sum === undefined) return int(literal);
  return literal === 0 ? sum : { kind: 'sum', a: sum, b: int(literal) };
}

function withoutLiteral(index: ThreadIndex): readonly [ThreadIndex | undefined, number] {
  if (index.kind === 'int') return [undefined, index.value];
  return index.kind === 'sum' && index.b.kind === 'int' ? [index.a, index.b.value] : [index, 0];
}

function appended(a: ThreadIndex | undefined, b: ThreadIndex | undefined): ThreadIndex | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.kind === 'sum' ? { kind: 'sum', a: appended(a, b.a) ?? a, b: b.b } : { kind: 'sum', a, b };
}

/** Product with constants folded. */
export function indexProduct(a: ThreadIndex, by: number): ThreadIndex {
  if (by === 0) return int(0);
  if (by === 1) return a;
  return a.kind === 'int' ? int(a.value * by) : { kind: 'product', a, by };
}
