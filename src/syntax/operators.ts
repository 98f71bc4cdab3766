// The operators, and how tightly they bind.

import type { TokenType } from 'chevrotain';
import { present } from '../base/invariant.ts';
import {
  And, AtLeast, AtMost, Greater, IsEqual, IsNotEqual, Less, Minus, Not, Or, Percent, Plus, Power, Slash, Star,
} from './tokens.ts';

export interface Level {
  readonly kind: 'from-left' | 'from-right' | 'never-chained' | 'sign';
  readonly types: readonly TokenType[];
}

/** From the weakest to the tightest. */
export const levels: readonly Level[] = [
  { kind: 'from-left', types: [Or] },
  { kind: 'from-left', types: [And] },
  { kind: 'sign', types: [Not] },
  { kind: 'never-chained', types: [IsEqual, IsNotEqual, Less, AtMost, Greater, AtLeast] },
  { kind: 'from-left', types: [Plus, Minus] },
  { kind: 'from-left', types: [Star, Slash, Percent] },
  { kind: 'sign', types: [Minus] },
  { kind: 'from-right', types: [Power] },
];

const numbered = levels.flatMap(({ kind, types }, level) => types.map((type) => ({ kind, type, level })));
const levelOfSign: ReadonlyMap<TokenType, number> = new Map(numbered.flatMap(({ kind, type, level }) => (kind === 'sign' ? [[type, level]] : [])));
const levelOfBinary: ReadonlyMap<TokenType, number> = new Map(numbered.flatMap(({ kind, type, level }) => (kind === 'sign' ? [] : [[type, level]])));

export const signs: readonly TokenType[] = [...levelOfSign.keys()];
export const binaryOperators: readonly TokenType[] = [...levelOfBinary.keys()];

export function signLevel(type: TokenType): number {
  return present(levelOfSign.get(type), 'level of a sign');
}

export function binaryLevel(type: TokenType): number {
  return present(levelOfBinary.get(type), 'level of an operator');
}

export function kindOf(level: number): Level['kind'] {
  return present(levels[level], 'level').kind;
}
