// What the parser says it expected; `parser-diagnostics` says what was found and the rest.

import type { IParserErrorMessageProvider } from 'chevrotain';
import { EOF, tokenLabel } from './chevrotain.ts';
import { RightBrace, RightBracket, RightParen } from './tokens.ts';

export const expectedAt: Readonly<Record<string, string>> & { readonly declaration: string } = {
  declaration: '`const`, `block`, `network`, `sparsity` or `train`',
  blockBody: 'a statement or `}`',
  networkBody: 'a statement or `}`',
  sparsityBody: '`lasso`, a setting or `}`',
  trainBody: 'a phase, a setting or `}`',
  sectionBody: 'a setting or `}`',
};

/** An error's message is what was expected, no more. */
export const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => {
    if (expected === RightParen && ruleName !== 'parenthesized') return '`,` or `)`';
    if (expected === RightBracket) return '`,` or `]`';
    if (expected === EOF) return expectedAt.declaration;
    if (expected === RightBrace) return expectedAt[`${ruleName}Body`] ?? tokenLabel(expected);
    return tokenLabel(expected);
  },
  buildNotAllInputParsedMessage: () => expectedAt.declaration,
  buildNoViableAltMessage: ({ ruleName, customUserDescription }) => customUserDescription ?? `a ${ruleName}`,
  buildEarlyExitMessage: ({ ruleName, customUserDescription }) => customUserDescription ?? `a ${ruleName}`,
};
