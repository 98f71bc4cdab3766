// Repairs by trial: of some small changes where the parser stopped, the one that lets it get furthest.

import type { IToken, TokenType } from 'chevrotain';
import { supplied } from './brackets.ts';
import {
  As, Colon, Else, Equals, Identifier, If, LeftBrace, LeftParen, On, RightBrace, Tensor, With,
} from './tokens.ts';

/** Words that may be missing, or written as another word. */
export type Missing = readonly (readonly TokenType[])[];

/** In the head of a declaration. */
export const missingInHead: Missing = [[On], [Identifier], [Colon], [Tensor], [LeftParen], [LeftBrace]];

const missingInRepeat: Missing = [
  [With], [As], [Identifier], [Equals], [Equals, Identifier], [Identifier, Equals], [With, Identifier, Equals, Identifier],
];

const missingInside: ReadonlyMap<string, Missing> = new Map([
  ['repeat', missingInRepeat],
  ['carried', missingInRepeat],
  ['if', [[Else, If], [Else], [Else, LeftBrace, Identifier, RightBrace]]],
]);

/** What may be missing within an expression, by the rules that the parser was in. */
export function missingWithin(ruleStack: readonly string[], found: IToken): Missing | undefined {
  const rule = ruleStack.at(-1) ?? '';
  // A body without its value, or an expression in it that breaks off.
  if (rule === 'operand' && found.tokenType === RightBrace && ruleStack.includes('body')) return [[Identifier]];
  return missingInside.get(rule);
}

/** @param reach How many tokens of a repaired file the parser reads. */
export function bestTrial(tokens: readonly IToken[], at: number, missing: Missing, reach: (tokens: readonly IToken[]) => number): readonly IToken[] | undefined {
  const before = tokens[at - 1];
  const attempts = [
    tokens.toSpliced(at, 1),
    ...missing.flatMap((types) => {
      const made = types.map((type) => supplied(type, before));
      return [tokens.toSpliced(at, 0, ...made), tokens.toSpliced(at, 1, ...made)];
    }),
  ].filter(bracesPairUp);
  const remaining = attempts.map((attempt) => attempt.length - reach(attempt));
  const least = Math.min(...remaining);
  return least < tokens.length - at - 1 ? attempts[remaining.indexOf(least)] : undefined;
}

function bracesPairUp(tokens: readonly IToken[]): boolean {
  let depth = 0;
  for (const { tokenType } of tokens) {
    if (tokenType === LeftBrace) depth++;
    else if (tokenType === RightBrace && --depth < 0) return false;
  }
  return depth === 0;
}
