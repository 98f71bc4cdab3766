// Text to tokens and comments, with a diagnostic for every malformed word.

import type { ILexingError, IToken } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Source } from '../base/span.ts';
import { endOf } from './brackets.ts';
import { describe } from './describe.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { COMMENTS, ForeignName, HashComment, lexer, MalformedNumber, SingleQuoted, UnterminatedComment, UnterminatedString } from './tokens.ts';
import { looksLikeUnit } from './units.ts';

export interface Lexed {
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readTokens(source: Source): Lexed {
  const { tokens, groups, errors } = lexer.tokenize(source.text);
  const comments = groups[COMMENTS] ?? [];
  return {
    tokens,
    comments,
    diagnostics: [
      ...errors.map((error) => unknownCharacters(source, error)),
      ...[...tokens, ...comments].flatMap((token) => malformed(source, token)),
    ],
  };
}

const hints: ReadonlyMap<string, string> = new Map([
  [';', 'statements need no `;`: each ends where the next begins'],
  ...["'", '`', '“', '”', '„', '‘', '’', '«', '»'].map((quote) => [quote, 'strings are written in double quotes: `"`'] as const),
  ['^', 'powers are written `**`'],
  ['?', 'a choice is written `if a { b } else { c }`'],
]);

function unknownCharacters(source: Source, { offset, length }: ILexingError): Diagnostic {
  const text = source.text.slice(offset, offset + length);
  const shown = [...text].slice(0, 20).map(visible).join('');
  return syntaxDiagnostics['unknown-character']({
    span: { source, start: offset, end: offset + length },
    args: [`\`${shown}\``],
    help: hints.get(text.charAt(0)),
  });
}

/** Control and invisible characters by their code point. */
function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return /[\p{C}\p{Z}]/u.test(character) ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : character;
}

function malformed(source: Source, token: IToken): Diagnostic[] {
  const span = { source, start: token.startOffset, end: endOf(token) };
  switch (token.tokenType) {
    case MalformedNumber:
      return [syntaxDiagnostics['malformed-number']({ span, args: [token.image], help: numberHint(token.image) })];
    case ForeignName: {
      const foreign = new Set(token.image.match(/[^\w]/gu));
      return [syntaxDiagnostics['name-letters']({ span, args: [describe(token), [...foreign]], help: nameHint(token.image) })];
    }
    case SingleQuoted: {
      const fix = { span, replacement: `"${token.image.slice(1, -1).replaceAll('"', '\\"')}"` };
      return [syntaxDiagnostics['single-quotes']({ span, args: [], fix, help: `write ${fix.replacement}` })];
    }
    case UnterminatedString:
      return [syntaxDiagnostics['unterminated-string']({ span, args: [], help: 'close it with `"`' })];
    case HashComment: {
      const hash = { ...span, end: span.start + 1 };
      return [syntaxDiagnostics['hash-comment']({ span: hash, args: [], fix: { span: hash, replacement: '//' } })];
    }
    case UnterminatedComment: {
      const opening = { ...span, end: span.start + 2 };
      return [syntaxDiagnostics['unterminated-comment']({ span: opening, args: [], help: 'close it with `*/`' })];
    }
    default:
      return [];
  }
}

function numberHint(text: string): string | undefined {
  if (text.startsWith('.')) return `write \`0${text}\``;
  if (text.endsWith('.')) return `write \`${text}0\` or \`${text.slice(0, -1)}\``;
  const [, amount, letters = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text) ?? [];
  if (looksLikeUnit(letters)) return `write \`${amount} ${letters}\``;
  if (/^[\d_]+$/.test(text)) return `write \`${text.replaceAll('_', '')}\``;
  return undefined;
}

function nameHint(text: string): string {
  const plain = text.normalize('NFKD').replaceAll('ß', 'ss').replaceAll(/\p{M}/gu, '');
  return `names are written with a-z, A-Z, 0-9 and _${/^\w+$/.test(plain) ? `: for example \`${plain}\`` : ''}`;
}
