// What can be wrong with the text of an .ssl file, apart from what its names and shapes mean.

import { defineDiagnostics, type DiagnosticTable } from '../base/diagnostic.ts';
import { grouped } from '../base/number-text.ts';

interface Messages {
  readonly [name: string]: (...args: never[]) => string;
  readonly expected: (expected: string, found: string) => string;
  readonly 'misspelt-word': (found: string) => string;
  readonly 'reserved-word': (word: string) => string;
  readonly 'missing-comma': (before: string) => string;
  readonly unclosed: (closer: string, found: string) => string;
  readonly unmatched: (closer: string) => string;
  readonly 'unknown-character': (characters: string) => string;
  readonly 'single-quotes': () => string;
  readonly 'unterminated-string': () => string;
  readonly 'hash-comment': () => string;
  readonly 'unterminated-comment': () => string;
  readonly 'unknown-escape': (escape: string) => string;
  readonly 'name-letters': (name: string, letters: readonly string[]) => string;
  readonly 'malformed-number': (text: string) => string;
  readonly 'number-too-large': (text: string) => string;
  readonly 'malformed-pattern': (pattern: string) => string;
  readonly 'positional-after-named': () => string;
  readonly 'chained-comparison': () => string;
  readonly 'loose-not': () => string;
  readonly 'late-import': () => string;
  readonly 'missing-return': (kind: string, name: string) => string;
  readonly 'after-return': (kind: string) => string;
  readonly 'labels-place': () => string;
  readonly 'several-values': () => string;
  readonly 'repeated-block': (keyword: string) => string;
  readonly 'too-deep': (limit: number) => string;
  readonly 'file-too-large': (mebibytes: string, limit: number) => string;
  readonly 'too-many-words': (limit: number) => string;
  readonly 'too-many-comments': (limit: number) => string;
  readonly 'formatted-too-large': (mebibytes: string, limit: number) => string;
  readonly 'cut-short': () => string;
  readonly 'too-many': (hidden: number) => string;
}

export const syntaxDiagnostics: DiagnosticTable<Messages> = defineDiagnostics<Messages>('syntax', {
  expected: (expected, found) => `expected ${expected}, found ${found}`,
  'misspelt-word': (found) => `unknown word \`${found}\``,
  'reserved-word': (word) => `\`${word}\` is a word of the language and cannot be a name`,
  'missing-comma': (before) => `expected \`,\` before ${before}`,
  unclosed: (closer, found) =>
    found === `\`${closer}\`` ? `expected one more ${found} before this one` : `expected \`${closer}\`, found ${found}`,
  unmatched: (closer) => `\`${closer}\` closes nothing`,
  'unknown-character': (characters) => `${characters} is not part of the language`,
  'single-quotes': () => 'strings are written in double quotes',
  'unterminated-string': () => 'this string does not end on its line',
  'hash-comment': () => 'comments begin with `//`',
  'unterminated-comment': () => 'this comment does not end',
  'unknown-escape': (escape) => `unknown escape \`${escape}\` in a string`,
  'name-letters': (name, letters) => `${name} cannot be a name: it has ${letters.slice(0, 8).map((letter) => `\`${letter}\``).join(', ')}`,
  'malformed-number': (text) => `\`${text}\` is not a number`,
  'number-too-large': (text) => `${text} is too large for a 64-bit float`,
  'malformed-pattern': (pattern) => `\`${pattern}\` is not a pattern of layer names`,
  'positional-after-named': () => 'a positional argument after a named one',
  'chained-comparison': () => 'comparisons do not chain',
  'loose-not': () => '`not` binds weaker than what stands before it',
  'late-import': () => '`import` stands below a declaration',
  'missing-return': (kind, name) => `${kind} ${name} returns nothing`,
  'after-return': (kind) => `\`return\` is not the last statement of the ${kind}`,
  'labels-place': () => '`labels` in a block',
  'several-values': () => 'a block returns one value',
  'repeated-block': (keyword) => `a second \`${keyword}\` block`,
  'too-deep': (limit) => `nested more than ${limit} deep`,
  'file-too-large': (mebibytes, limit) => `the file has ${mebibytes} MiB; the limit is ${limit} MiB`,
  'too-many-words': (limit) => `the file has more than ${grouped(limit)} names, numbers and signs, which is the limit`,
  'too-many-comments': (limit) => `the file has more than ${grouped(limit)} comments, which is the limit`,
  'formatted-too-large': (mebibytes, limit) => `formatted, the file would have ${mebibytes} MiB; the limit of what is read is ${limit} MiB`,
  'cut-short': () => 'the file was not read to its end: it is long, and wrong in too many places',
  'too-many': (hidden) => `${hidden} more mistakes are not shown`,
});
