// Where a declaration begins in a file that does not parse.

import type { IToken, TokenType } from 'chevrotain';
import { endsOperand, isIdentifier } from './brackets.ts';
import { As, Block, Comma, Const, From, Import, Keep, LeftParen, Network, RightBrace, Sparsity, Strength, StringToken, Times, Train, With } from './tokens.ts';

/** They begin nothing else. */
export const declarationWords: readonly TokenType[] = [Const, Network, Sparsity, Train];

/** After these a name may stand. */
const goOn: ReadonlySet<TokenType> = new Set([As, Keep, Strength, Times, With]);

/** Also where `block` or `import` at the start of a line is no name. */
export function beginsDeclaration(tokens: readonly IToken[], i: number): boolean {
  const [previous, token, next, second, third] = [tokens[i - 1], tokens[i], tokens[i + 1], tokens[i + 2], tokens[i + 3]];
  if (!token) return false;
  if (declarationWords.includes(token.tokenType)) return true;
  const mayBegin = previous === undefined || previous.tokenType === RightBrace || (endsOperand(previous) && !goOn.has(previous.tokenType));
  if (!mayBegin || !isIdentifier(next) || previous?.startLine === token.startLine) return false;
  if (token.tokenType === Block) return second?.tokenType === LeftParen;
  return token.tokenType === Import && (second?.tokenType === Comma || (second?.tokenType === From && third?.tokenType === StringToken));
}
