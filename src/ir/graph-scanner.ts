// Tokens of graph text, one ahead, with the place of each.

import { fail } from '../base/diagnostic.ts';
import type { Source, Span } from '../base/span.ts';
import { irDiagnostics } from './diagnostics.ts';

export type GraphTokenKind = 'value' | 'word' | 'number' | 'string' | 'punctuation' | 'end' | 'unknown';

export interface GraphToken {
  readonly kind: GraphTokenKind;
  readonly text: string;
  readonly span: Span;
}

export interface GraphScanner {
  readonly peek: () => GraphToken;
  readonly next: () => GraphToken;
  /** Takes the token if it is this word or punctuation. */
  readonly accept: (text: string) => boolean;
  /** @throws DiagnosticError if the next token is another. */
  readonly expect: (text: string) => GraphToken;
  /** @throws DiagnosticError if the next token is of another kind; `what` names what was expected. */
  readonly take: (kind: GraphTokenKind, what: string) => GraphToken;
}

// In this order: a number may start with a letter (NaN), a word may not start with a digit.
const token =
  /(?<value>%\d+(?:\.\d+)?)|(?<number>-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity\b)|NaN\b)|(?<word>[A-Za-z_][\w]*)|(?<string>"(?:[^"\\\n]|\\.)*")|(?<punctuation><-|[{}()[\]=:,])|(?<unknown>[^\s])/y;
const space = /\s*/y;

export function scanGraph(source: Source): GraphScanner {
  let at = 0;
  const read = (): GraphToken => {
    space.lastIndex = at;
    space.exec(source.text);
    token.lastIndex = space.lastIndex;
    const match = token.exec(source.text);
    const start = space.lastIndex;
    at = match ? token.lastIndex : source.text.length;
    const span = { source, start, end: at };
    const found = Object.entries(match?.groups ?? {}).find(([, text]) => text !== undefined);
    return found ? { kind: found[0] as GraphTokenKind, text: found[1], span } : { kind: 'end', text: 'end of text', span };
  };
  let ahead = read();

  const reject = (expected: string): never => fail(irDiagnostics.syntax({ span: ahead.span, args: [ahead.text, expected] }));
  const next = (): GraphToken => {
    const current = ahead;
    ahead = read();
    return current;
  };
  const isFixed = (text: string): boolean => (ahead.kind === 'word' || ahead.kind === 'punctuation') && ahead.text === text;
  return {
    peek: () => ahead,
    next,
    accept: (text) => isFixed(text) && next() !== undefined,
    expect: (text) => (isFixed(text) ? next() : reject(`"${text}"`)),
    take: (kind, what) => (ahead.kind === kind ? next() : reject(what)),
  };
}
