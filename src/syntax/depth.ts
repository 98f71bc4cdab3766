// Bounds how deep the syntax tree can get before anything recursive reads the tokens: brackets that are open,
// plus operators in the expressions around them, since a chain of operators becomes a tree as deep as it is
// long.

import type { IToken, TokenType } from 'chevrotain';
import { isCloser, isOpener } from './brackets.ts';
import { Comma, Equals, Minus, Percent, Plus, Power, Return, Slash, Star, Strength } from './tokens.ts';

export const DEPTH_LIMIT = 200;

const operators: ReadonlySet<TokenType> = new Set([Plus, Minus, Star, Slash, Percent, Power]);
/** After these a new expression begins. */
const starters: ReadonlySet<TokenType> = new Set([Comma, Equals, Return, Strength]);

/** The first token that lies deeper than the limit. */
export function tooDeep(tokens: readonly IToken[]): IToken | undefined {
  const enclosing: number[] = [];
  let outside = 0;
  let operatorCount = 0;
  for (const token of tokens) {
    if (isOpener(token)) {
      enclosing.push(operatorCount);
      outside += operatorCount + 1;
      operatorCount = 0;
    } else if (isCloser(token)) {
      operatorCount = enclosing.pop() ?? 0;
      outside = Math.max(0, outside - operatorCount - 1);
    } else if (operators.has(token.tokenType)) {
      operatorCount++;
    } else if (starters.has(token.tokenType)) {
      operatorCount = 0;
    }
    if (outside + operatorCount > DEPTH_LIMIT) return token;
  }
  return undefined;
}
