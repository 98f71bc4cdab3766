// Balances brackets and supplies missing commas before parsing, so that one slip is one complaint and the
// parser finds its way through the rest. Supplied tokens have no width. Where brackets do not pair up, line
// starts and indentation decide which one its author forgot to close.

import type { IToken, TokenType } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import type { Source, Span } from '../base/span.ts';
import {
  closerOf, closerText, endOf, endsOperand, isAtom, isCloser, isIdentifier, isOpener, supplied,
} from './brackets.ts';
import { beginsDeclaration, declarationWords } from './declaration-start.ts';
import { describe } from './describe.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { Heads } from './heads.ts';
import { Colon, Comma, Const, Equals, Identifier, Lasso, LeftBrace, Return, RightBrace, RightParen } from './tokens.ts';

export interface Balanced {
  readonly tokens: readonly IToken[];
  readonly diagnostics: readonly Diagnostic[];
}

const statements: readonly TokenType[] = [...declarationWords, Return, Lasso];

export function balance(source: Source, tokens: readonly IToken[]): Balanced {
  const diagnostics: Diagnostic[] = [];
  const balanced: IToken[] = [];
  const open: IToken[] = [];
  /** Closers supplied early: their late originals are dropped without another complaint. */
  const owed = new Map<TokenType, number>();
  const guessing = !pairsUp(tokens);
  const indents = guessing ? lineIndents(source.text) : [];
  const indentOf = (token: IToken): number => indents[present(token.startLine, 'line') - 1] ?? 0;

  const spanOf = (token: IToken): Span => ({ source, start: token.startOffset, end: endOf(token) });
  const heads = new Heads();
  const push = (token: IToken): void => {
    balanced.push(token);
    heads.pass(token);
  };
  const supply = (type: TokenType): void => push(supplied(type, balanced.at(-1)));
  const closeUnclosed = (found: IToken | undefined): void => {
    const opener = present(open.pop(), 'open bracket');
    const closer = closerOf(opener);
    diagnostics.push(
      syntaxDiagnostics.unclosed({
        span: found ? spanOf(found) : { source, start: source.text.length, end: source.text.length },
        args: [closerText(closer), found ? describe(found) : 'the end of the file'],
        related: [{ message: `this \`${opener.image}\` is not closed`, span: spanOf(opener) }],
      }),
    );
    supply(closer);
    owed.set(closer, (owed.get(closer) ?? 0) + 1);
  };

  const beginsStatement = (index: number): boolean => {
    const [previous, token, next] = [tokens[index - 1], present(tokens[index], 'token'), tokens[index + 1]];
    const inBraces = open.every((opener) => opener.tokenType === LeftBrace);
    if (next?.tokenType === Equals && !isIdentifier(token)) return false;
    if (inBraces) return beginsDeclaration(tokens, index) && token.tokenType !== Const && isOperand(next);
    if (statements.includes(token.tokenType) || beginsDeclaration(tokens, index)) return isOperand(next);
    const opener = present(open.at(-1), 'open bracket');
    const onNewLine = previous !== undefined && previous.startLine !== token.startLine;
    if (!guessing || !onNewLine || (token.startColumn ?? 1) - 1 > indentOf(opener)) return false;
    return isIdentifier(token) && (endsOperand(previous) || next?.tokenType === Equals || next?.tokenType === LeftBrace);
  };

  tokens.forEach((token, index) => {
    const inBraces = (): boolean => open.at(-1)?.tokenType === LeftBrace;
    if (open.length > 0 && beginsStatement(index)) {
      while (open.length > 0 && !inBraces()) closeUnclosed(token);
      if (beginsDeclaration(tokens, index)) while (open.length > 0) closeUnclosed(token);
    }
    if (open.length > 0 && !inBraces() && !heads.areOpen && isAtom(token) && endsOperand(balanced.at(-1))) {
      const end = endOf(present(balanced.at(-1), 'token before a comma'));
      diagnostics.push(
        syntaxDiagnostics['missing-comma']({
          span: spanOf(token),
          args: [describe(token)],
          fix: { span: { source, start: end, end }, replacement: ',' },
        }),
      );
      supply(Comma);
    }
    if (inBraces() && tokens[index - 1]?.startLine !== token.startLine) owed.clear();
    if (inBraces() && isValueMissing(tokens, index)) {
      const end = endOf(present(tokens[index - 1], 'token before a missing value'));
      diagnostics.push(syntaxDiagnostics.expected({ span: { source, start: end, end }, args: ['an expression', 'the end of the line'] }));
      supply(Identifier);
    }
    if (isOpener(token)) {
      if (token.tokenType === LeftBrace && !heads.areOpen) while (open.length > 0 && !inBraces()) closeUnclosed(token);
      open.push(token);
    } else if (isCloser(token)) {
      const closes = (opener: IToken): boolean => closerOf(opener) === token.tokenType;
      const within = token.tokenType === RightBrace ? 0 : open.findLastIndex((o) => o.tokenType === LeftBrace) + 1;
      if (!open.slice(within).some(closes)) {
        const debts = owed.get(token.tokenType) ?? 0;
        if (debts > 0) owed.set(token.tokenType, debts - 1);
        else diagnostics.push(syntaxDiagnostics.unmatched({ span: spanOf(token), args: [token.image] }));
        return;
      }
      while (!closes(present(open.at(-1), 'open bracket'))) closeUnclosed(token);
      // A closing brace further left than the block it would close belongs to an outer block.
      const outer = open.at(-2);
      const startsLine = tokens[index - 1]?.startLine !== token.startLine;
      if (guessing && inBraces() && startsLine && outer?.tokenType === LeftBrace) {
        const indent = indentOf(token);
        if (indent < indentOf(present(open.at(-1), 'block')) && indent <= indentOf(outer)) closeUnclosed(token);
      }
      open.pop();
    }
    push(token);
  });
  while (open.length > 0) closeUnclosed(undefined);
  return { tokens: balanced, diagnostics };
}

/** Whether something follows that a reserved word used as a keyword would have after it. */
function isOperand(next: IToken | undefined): boolean {
  return next !== undefined && ![Equals, Comma, Colon, RightParen].includes(next.tokenType);
}

/** `x =` at the end of a line before `y = ...`: without help the parser would take `y` for the value. */
function isValueMissing(tokens: readonly IToken[], index: number): boolean {
  const [previous, token, next] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (previous?.tokenType !== Equals && previous?.tokenType !== Return) return false;
  return isIdentifier(token) && next?.tokenType === Equals && previous.startLine !== token?.startLine;
}

function pairsUp(tokens: readonly IToken[]): boolean {
  const open: IToken[] = [];
  for (const token of tokens) {
    if (isOpener(token)) open.push(token);
    else if (isCloser(token)) {
      const opener = open.pop();
      if (opener === undefined || closerOf(opener) !== token.tokenType) return false;
    }
  }
  return open.length === 0;
}

function lineIndents(text: string): number[] {
  return text.split(/\r\n|\r|\n/).map((line) => line.length - line.trimStart().length);
}
