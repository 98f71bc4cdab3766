// Names a token for the reader of a message: its text, unless it is long.

import type { IToken } from 'chevrotain';
import { EOF } from './chevrotain.ts';
import { reservedWords, SingleQuoted, StringToken, UnterminatedString } from './tokens.ts';

export function describe(token: IToken): string {
  if (token.tokenType === EOF) return 'the end of the file';
  if ([StringToken, UnterminatedString, SingleQuoted].includes(token.tokenType)) return 'a string';
  const text = token.image.length > 40 ? `${token.image.slice(0, 39)}…` : token.image;
  return `\`${text}\``;
}

export function isReserved(token: IToken): boolean {
  return reservedWords.includes(token.tokenType);
}
