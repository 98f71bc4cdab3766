// What the repairs before parsing know about brackets and operands.

import type { IToken, TokenType } from 'chevrotain';
import { present } from '../base/invariant.ts';
import {
  False, Identifier, LeftBrace, LeftBracket, LeftParen, NumberToken, RightBrace, RightBracket, RightParen, softWords,
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
  return token !== undefined && (token.tokenType === Identifier || softWords.includes(token.tokenType));
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
