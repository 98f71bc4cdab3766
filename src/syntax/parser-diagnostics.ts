// The parser's errors as diagnostics: what was expected, what was found, a hint. Left out is what an earlier
// complaint already covers.

import type { IRecognitionException, IToken } from 'chevrotain';
import { EOF } from './chevrotain.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Source, Span } from '../base/span.ts';
import { nearest } from '../base/suggest.ts';
import { endOf, isIdentifier, isSupplied } from './brackets.ts';
import { describe, isReserved } from './describe.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { between, type ParseError } from './recover.ts';
import { Colon, Equals, IsEqual, LeftBrace, Strength } from './tokens.ts';

export function parserDiagnostics(
  source: Source,
  errors: readonly ParseError[],
  before: readonly Diagnostic[],
): Diagnostic[] {
  const blamed = new Set(before.map((diagnostic) => diagnostic.span?.start));
  return errors.flatMap((error) => {
    const { token } = error.exception;
    if (isSupplied(token) && token.tokenType !== EOF) return [];
    const start = token.tokenType === EOF ? source.text.length : token.startOffset;
    if (blamed.has(start) || isWithinUnclosed(token, before)) return [];
    blamed.add(start);
    return diagnosticOf(source, error);
  });
}

/** What follows a name at the start of an entry, by the rule that found it wanting. */
const afterName: ReadonlyMap<string, string> = new Map([
  ['statement', '`=`'],
  ['sparsity', '`=`'],
  ['train', '`=` or `{`'],
]);

function diagnosticOf(source: Source, { exception, previous, next }: ParseError): Diagnostic {
  const { token, message, context } = exception;
  const rule = context.ruleStack.at(-1) ?? 'file';
  const spanOf = (found: IToken): Span => {
    const start = found.tokenType === EOF ? source.text.length : found.startOffset;
    return { source, start, end: Math.min(source.text.length, start + found.image.length) };
  };
  const expectedNext = exception.name === 'NoViableAltException' ? afterName.get(rule) : undefined;
  if (expectedNext !== undefined && isIdentifier(token) && next && !isSupplied(next)) {
    return syntaxDiagnostics.expected({ span: spanOf(next), args: [expectedNext, describe(next)] });
  }
  const isUnfinished = !between.has(rule) && token.tokenType !== EOF && previous && !isSupplied(previous);
  if (isUnfinished && previous.startLine !== token.startLine) {
    const end = endOf(previous);
    return syntaxDiagnostics.expected({ span: { source, start: end, end }, args: [message, 'the end of the line'] });
  }
  return syntaxDiagnostics.expected({ span: spanOf(token), args: [message, describe(token)], help: hint(exception, previous) });
}

/** A block within a block that was left open is a neighbour, not a mistake. */
function isWithinUnclosed(token: IToken, before: readonly Diagnostic[]): boolean {
  if (token.tokenType !== LeftBrace) return false;
  return before.some(({ code, span, related: [opened] }) => {
    if (code !== 'syntax/unclosed' || !span || !opened) return false;
    return opened.span.start < token.startOffset && token.startOffset < span.start;
  });
}

function hint({ message, token, context }: IRecognitionException, previous: IToken | undefined): string | undefined {
  const word = /^`([a-z]+)`$/.exec(message)?.[1];
  if (word !== undefined && isIdentifier(token)) {
    return nearest(token.image, [word]) === undefined ? undefined : `did you mean \`${word}\`?`;
  }
  if (isReserved(token) && /name|setting|expression/.test(message)) {
    return `\`${token.image}\` is a word of the language and cannot be a name`;
  }
  if ((token.tokenType === Equals || token.tokenType === IsEqual) && previous?.tokenType === Strength) return 'no `=` after `strength`';
  if (token.tokenType === Colon && context.ruleStack.at(-1) === 'call') return 'arguments are named with `=`';
  return undefined;
}
