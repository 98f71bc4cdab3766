// What repairs and recovery know about brackets, operands and tokens that were not written.

import type { IToken, TokenType } from 'chevrotain';
import { createTokenInstance } from './chevrotain.ts';
import { present } from '../base/invariant.ts';
import {
  False, ForeignName, Identifier, LeftBrace, LeftBracket, LeftParen, NumberToken, RightBrace, RightBracket, RightParen, softWords,
  StringToken, True,
} from './tokens.ts';

const closerOfOpener: ReadonlyMap<TokenType, TokenType> = new Map([
  [LeftBrace, RightBrace],
  [LeftParen, RightParen],
  [LeftBracket, RightBracket],
]);
const closers: ReadonlySet<TokenType> = new Set(closerOfOpener.values());
const textOfCloser: ReadonlyMap<TokenType, string> = new Map([
  [RightBrace, '}'],
  [RightParen, ')'],
  [RightBracket, ']'],
]);

export function isOpener(token: IToken): boolean {
  return closerOfOpener.has(token.tokenType);
}

export function isCloser(token: IToken): boolean {
  return closers.has(token.tokenType);
}

export function closerOf(opener: IToken): TokenType {
  return present(closerOfOpener.get(opener.tokenType), 'closing bracket');
}

export function closerText(closer: TokenType): string {
  return present(textOfCloser.get(closer), 'text of the closing bracket');
}

export function isIdentifier(token: IToken | undefined): boolean {
  return token !== undefined && (token.tokenType === Identifier || token.tokenType === ForeignName || softWords.includes(token.tokenType));
}

/** A name or a literal: two of them never stand side by side within parentheses. */
export function isAtom(token: IToken | undefined): boolean {
  if (token === undefined) return false;
  const type = token.tokenType;
  return isIdentifier(token) || type === True || type === False || isOneOf(type, NumberToken) || isOneOf(type, StringToken);
}

function isOneOf(type: TokenType, category: TokenType): boolean {
  return type === category || (type.CATEGORIES ?? []).includes(category);
}

/** Whether an operand may end with this token. */
export function endsOperand(token: IToken | undefined): boolean {
  return isAtom(token) || token?.tokenType === RightParen || token?.tokenType === RightBracket;
}

export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** A token that a repair makes up, without width, at the end of another. */
export function supplied(type: TokenType, after: IToken | undefined): IToken {
  const at = after ? endOf(after) : 0;
  const line = after?.startLine ?? 1;
  return createTokenInstance(type, '', at, at - 1, line, line, NaN, NaN);
}

export function isSupplied(token: IToken): boolean {
  return token.image === '';
}
