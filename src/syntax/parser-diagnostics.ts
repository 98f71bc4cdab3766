// The parser's errors as diagnostics. After an error the parser looks for a place to go on and may take the
// rest of a call for a new statement; what it then says is noise and is left out: errors inside brackets that
// the parser believes it has left, and errors at tokens that were supplied.

import type { IRecognitionException, IToken } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Source } from '../base/span.ts';
import { nearest } from '../base/suggest.ts';
import { isCloser, isIdentifier, isOpener } from './brackets.ts';
import { describe, isReserved } from './describe.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { Colon, LeftBrace, RightBrace } from './tokens.ts';

/** Rules that hold a pair of parentheses or square brackets. */
const bracketRules: ReadonlySet<string> = new Set(['call', 'inputs', 'list', 'parenthesized']);

export function parserDiagnostics(
  source: Source,
  tokens: readonly IToken[],
  errors: readonly IRecognitionException[],
  before: readonly Diagnostic[],
): Diagnostic[] {
  const depths = bracketDepths(tokens);
  const blamed = new Set(before.map((diagnostic) => diagnostic.span?.start));
  const reported: IRecognitionException[] = [];
  for (const error of errors) {
    const { token } = error;
    const believed = error.context.ruleStack.filter((rule) => bracketRules.has(rule)).length;
    const supplied = token.startOffset > (token.endOffset ?? NaN);
    if (supplied || believed < (depths.get(token) ?? 0) || blamed.has(token.startOffset)) continue;
    if (follows(reported.at(-1), error) || isWithinUnclosed(token, before)) continue;
    blamed.add(token.startOffset);
    reported.push(error);
  }
  return reported.map((error) => {
    const { token } = error;
    const start = Number.isNaN(token.startOffset) ? source.text.length : token.startOffset;
    const end = Math.min(source.text.length, start + token.image.length);
    return syntaxDiagnostics.expected({
      span: { source, start, end },
      args: [error.message, describe(token)],
      help: hint(error),
    });
  });
}

/** Whether an error is the trouble that the parser had in finding its way after the last one. */
function follows(last: IRecognitionException | undefined, error: IRecognitionException): boolean {
  if (last === undefined || last.token.startLine !== error.token.startLine) return false;
  return last.context.ruleStack.at(-1) !== error.context.ruleStack.at(-1);
}

/** A block within a block that was left open is a neighbour, not a mistake. */
function isWithinUnclosed(token: IToken, before: readonly Diagnostic[]): boolean {
  if (token.tokenType !== LeftBrace) return false;
  return before.some(({ code, span, related: [opened] }) => {
    if (code !== 'syntax/unclosed' || !span || !opened) return false;
    return opened.span.start < token.startOffset && token.startOffset < span.start;
  });
}

/** Parentheses and square brackets around each token, an opener counted outside and a closer inside. */
function bracketDepths(tokens: readonly IToken[]): Map<IToken, number> {
  const depths = new Map<IToken, number>();
  let depth = 0;
  for (const token of tokens) {
    depths.set(token, depth);
    if (token.tokenType === LeftBrace || token.tokenType === RightBrace) continue;
    if (isOpener(token)) depth++;
    else if (isCloser(token)) depth--;
  }
  return depths;
}

function hint({ message, token, context }: IRecognitionException): string | undefined {
  const word = /^`([a-z]+)`$/.exec(message)?.[1];
  if (word !== undefined && isIdentifier(token)) {
    return nearest(token.image, [word]) === undefined ? undefined : `did you mean \`${word}\`?`;
  }
  if (isReserved(token) && /name|setting|expression/.test(message)) {
    return `\`${token.image}\` is a word of the language and cannot be a name`;
  }
  if (token.tokenType === Colon && context.ruleStack.at(-1) === 'call') return 'arguments are named with `=`';
  return undefined;
}
