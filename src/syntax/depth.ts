// Bounds how deep the syntax tree can get before anything recursive reads the tokens: brackets that are open,
// plus operators and heads of `if` and `repeat` in the expressions around them, since a chain of these becomes a tree as
// deep as it is long.

import type { IToken, TokenType } from 'chevrotain';
import { endsOperand, isAtom, isCloser, isOpener } from './brackets.ts';
import { Heads } from './heads.ts';
import { binaryOperators, signs } from './operators.ts';
import { Comma, Equals, If, Keep, Repeat, Return, Strength } from './tokens.ts';

export const DEPTH_LIMIT = 200;

const nesting: ReadonlySet<TokenType> = new Set([...binaryOperators, ...signs, If, Repeat]);
/** After these a new expression begins, but for the `=` of a `repeat`. */
const starters: ReadonlySet<TokenType> = new Set([Comma, Equals, Keep, Return, Strength]);

/** The first token that lies deeper than the limit. */
export function tooDeep(tokens: readonly IToken[]): IToken | undefined {
  const enclosing: number[] = [];
  const heads = new Heads();
  let outside = 0;
  let operatorCount = 0;
  let previous: IToken | undefined;
  for (const token of tokens) {
    // Of two operands side by side the second begins an expression, but for the names in the head of a `repeat`.
    if (isAtom(token) && endsOperand(previous) && !heads.areOpen) operatorCount = 0;
    previous = token;
    if (isOpener(token)) {
      enclosing.push(operatorCount);
      outside += operatorCount + 1;
      operatorCount = 0;
    } else if (isCloser(token)) {
      operatorCount = enclosing.pop() ?? 0;
      outside = Math.max(0, outside - operatorCount - 1);
    } else if (nesting.has(token.tokenType)) {
      operatorCount++;
    } else if (starters.has(token.tokenType) && !heads.areOpen) {
      operatorCount = 0;
    }
    heads.pass(token);
    if (outside + operatorCount > DEPTH_LIMIT) return token;
  }
  return undefined;
}
