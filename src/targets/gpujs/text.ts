// Pieces of kernel text with their precedence, so that parentheses stand only where they are needed.

import { invariant } from '../../base/invariant.ts';
import type { ThreadLocal } from '../../ir/thread-kernel.ts';

/** Binding strength as in ECMAScript, stronger is larger. */
export const precedence = { conditional: 1, relational: 2, sum: 3, product: 4, unary: 5, atom: 6 } as const;

export interface Piece {
  readonly text: string;
  readonly strength: number;
}

export const atom = (text: string): Piece => ({ text, strength: precedence.atom });

/** Negative numbers in parentheses, so that no two signs meet. */
export const literal = (value: number): Piece => atom(value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0' : value})` : String(value));

export const invoke = (callee: string, ...args: readonly Piece[]): Piece => atom(`${callee}(${args.map((arg) => arg.text).join(', ')})`);

/** `a op b`, read from the left. */
export function infix(a: Piece, op: string, b: Piece, strength: number): Piece {
  return { text: `${within(a, strength)} ${op} ${within(b, strength + 1)}`, strength };
}

export function within({ text, strength }: Piece, least: number): string {
  return strength < least ? `(${text})` : text;
}

export function localName({ name, ordinal }: ThreadLocal): string {
  invariant(/^[A-Za-z]\w*$/.test(name), () => `local name ${JSON.stringify(name)}`);
  return `${name}_${ordinal}`;
}
