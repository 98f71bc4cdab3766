// The parser's errors as diagnostics: what was expected, what was found, a hint. Left out is what an earlier
// complaint already covers.

import type { IRecognitionException, IToken } from 'chevrotain';
import { EOF } from './chevrotain.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Source, Span } from '../base/span.ts';
import { nearest } from '../base/suggest.ts';
import { endOf, endsOperand, isIdentifier, isSupplied } from './brackets.ts';
import { describe, isReserved } from './describe.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { foreignForm } from './foreign-forms.ts';
import { between, type ParseError } from './recover.ts';
import { Colon, Equals, If, Import, IsEqual, LeftBrace, Repeat, Return, RightBrace, Strength, With } from './tokens.ts';

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

const comparing = '`=` gives a name its value, `==` compares';

const repeated = '`repeat 3 with x = stem { relu(x) }`';

const aBlock = 'a block has a parameter at least, the layer that it goes on from: `block residual(x) { ... }`';

/** By the rule that found something else. */
const examples: ReadonlyMap<string, string> = new Map([
  ['repeat', `a value is carried from turn to turn: ${repeated}`],
  ['carried', `a value is carried from turn to turn: ${repeated}`],
  ['if', 'an `if` always has a value: `if stride == 1 { x } else { y }`'],
  ['parameters', aBlock],
  ['parameter', aBlock],
  ['import', 'for example `import residual, width from "blocks/residual.ssl"`'],
]);

function diagnosticOf(source: Source, { exception, previous, next }: ParseError): Diagnostic {
  const { token, message, context } = exception;
  const rule = context.ruleStack.at(-1) ?? 'file';
  const spanOf = (found: IToken): Span => {
    const start = found.tokenType === EOF ? source.text.length : found.startOffset;
    return { source, start, end: Math.min(source.text.length, start + found.image.length) };
  };
  if (token.tokenType === Import && (rule === 'file' || rule === 'declaration')) {
    return syntaxDiagnostics['late-import']({ span: spanOf(token), args: [], help: 'move it to the top of the file' });
  }
  const expectedNext = exception.name === 'NoViableAltException' ? afterName.get(rule) : undefined;
  if (expectedNext !== undefined && isIdentifier(token) && next && !isSupplied(next)) {
    return syntaxDiagnostics.expected({ span: spanOf(next), args: [expectedNext, describe(next)], help: foreignForm(token.image) ?? foreignForm(previous?.image ?? '') ?? (next.tokenType === IsEqual ? comparing : undefined) });
  }
  const isUnfinished = !between.has(rule) && token.tokenType !== EOF && previous && !isSupplied(previous);
  if (isUnfinished && previous.startLine !== token.startLine) {
    const end = endOf(previous);
    return syntaxDiagnostics.expected({ span: { source, start: end, end }, args: [message, 'the end of the line'], help: hintAt(exception, previous) });
  }
  return syntaxDiagnostics.expected({ span: spanOf(token), args: [message, describe(token)], help: hintOf(exception, previous) ?? hintAt(exception, previous) });
}

/** A block within a block that was left open is a neighbour, not a mistake. */
function isWithinUnclosed(token: IToken, before: readonly Diagnostic[]): boolean {
  if (token.tokenType !== LeftBrace) return false;
  return before.some(({ code, span, related: [opened] }) => {
    if (code !== 'syntax/unclosed' || !span || !opened) return false;
    return opened.span.start < token.startOffset && token.startOffset < span.start;
  });
}

/** What the token that was found tells. */
function hintOf({ message, token, context }: IRecognitionException, previous: IToken | undefined): string | undefined {
  const word = /^`([a-z]+)`$/.exec(message)?.[1];
  if (word !== undefined && isIdentifier(token) && nearest(token.image, [word]) !== undefined) return `did you mean \`${word}\`?`;
  if (token.tokenType === Return && context.ruleStack.includes('body')) return 'a body ends with its value, without `return`';
  if (isReserved(token) && /name|setting|expression/.test(message)) return takenWord(token);
  if ((token.tokenType === Equals || token.tokenType === IsEqual) && previous?.tokenType === Strength) return 'no `=` after `strength`';
  if (token.tokenType === Colon && context.ruleStack.at(-1) === 'call') return 'arguments are named with `=`';
  return undefined;
}

/** What the place tells, whatever was found. */
function hintAt({ message, token, context: { ruleStack } }: IRecognitionException, previous: IToken | undefined): string | undefined {
  const rule = ruleStack.at(-1) ?? 'file';
  const foreign = isIdentifier(token) && (between.has(rule) || rule === 'if') ? foreignForm(token.image) : undefined;
  if (foreign !== undefined) return foreign;
  if (rule === 'operand' && previous && [If, Repeat].includes(previous.tokenType)) return takenWord(previous);
  if (rule === 'repeat' && previous?.tokenType === With) return `say how often, and what is carried from turn to turn: ${repeated}`;
  if (rule === 'body') return bodyHint(message, token);
  const lacksValue = token.tokenType === RightBrace && (previous?.tokenType === LeftBrace || endsOperand(previous));
  if (rule === 'operand' && ruleStack.includes('body') && lacksValue) return 'a body ends with its value: `{ y = relu(x) add(x, y) }`';
  return examples.get(rule);
}

function takenWord({ image }: IToken): string {
  return `\`${image}\` is a word of the language and cannot be a name`;
}

function bodyHint(message: string, token: IToken): string {
  if (message !== '`{`') return 'a body ends with its value; above it each line is `name = ...`';
  return token.tokenType === Equals ? comparing : 'a body stands in braces: `{ ... }`';
}
