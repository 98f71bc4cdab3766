// Pieces of JavaScript with their precedence, so that parentheses stand only where they are needed.

import { invariant } from '../../base/invariant.ts';
import type { KernelFunction, Local } from '../../ir/kernel.ts';

/** Binding strength as in ECMAScript, stronger is larger. */
export const precedence = {
  conditional: 1, and: 2, bitOr: 3, bitXor: 4, bitAnd: 5, equality: 6, relational: 7, shift: 8, sum: 9, product: 10, unary: 11, atom: 12,
} as const;

export interface Piece {
  readonly text: string;
  readonly strength: number;
}

export const atom = (text: string): Piece => ({ text, strength: precedence.atom });

/** A number, negative ones as a unary minus. */
export function literal(value: number): Piece {
  if (Object.is(value, -0)) return { text: '-0', strength: precedence.unary };
  return { text: String(value), strength: value < 0 ? precedence.unary : precedence.atom };
}

export const invoke = (callee: string, ...args: readonly Piece[]): Piece => atom(`${callee}(${args.map((arg) => arg.text).join(', ')})`);

/** `a op b`, read from the left. */
export function infix(a: Piece, op: string, b: Piece, strength: number): Piece {
  return { text: `${within(a, strength)} ${op} ${within(b, strength + 1)}`, strength };
}

export function prefix(op: string, a: Piece): Piece {
  return { text: `${op}${within(a, precedence.atom)}`, strength: precedence.unary };
}

export function conditional(when: Piece, then: Piece, otherwise: Piece): Piece {
  const inner = precedence.conditional + 1;
  return { text: `${within(when, inner)} ? ${within(then, inner)} : ${within(otherwise, inner)}`, strength: precedence.conditional };
}

function within({ text, strength }: Piece, least: number): string {
  return strength < least ? `(${text})` : text;
}

/** Names are ours, never a model's: the prefix and the ordinals keep them apart from each other and from keywords. */
export function functionName({ name }: KernelFunction, ordinal: number): string {
  invariant(/^\w+$/.test(name), () => `function name ${JSON.stringify(name)}`);
  return `k${ordinal}_${name}`;
}

export function localName({ name, ordinal }: Local): string {
  invariant(/^[A-Za-z]\w*$/.test(name), () => `local name ${JSON.stringify(name)}`);
  return `${name}_${ordinal}`;
}
