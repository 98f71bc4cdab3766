// The grammar in the notation of the XML specification: `|`, `?`, `*`, quoted words, tokens as regular
// expressions.

import type { TokenType } from 'chevrotain';
import { type Level, levels } from '../src/syntax/operators.ts';
import { Identifier, NumberToken, softWords, StringToken } from '../src/syntax/tokens.ts';
import { type Production, rules } from './rules.ts';

const WIDTH = 100;

export function ebnf(): string {
  const all = rules();
  const indent = Math.max(...all.map((rule) => rule.name.length)) + 1;
  const tokens = [Identifier, NumberToken, StringToken].map((token) => [token.name, `/${String(source(token.PATTERN))}/`]);
  const definitions = [...all.map(({ name, body }) => [name, text(body, 0)]), ...tokens];
  return [
    '/* The grammar of .ssl files. Generated from the parser by `npm run grammar`; do not edit.',
    '',
    '   White space and comments (`// ...` and `/* ... */`) may stand between any two words, except between',
    '   the pieces of a `pattern`. A `clause` is not followed by `=`: that would be the next setting.',
    ...wrapped(`   ${quoted(softWords)} are names everywhere else.`, 2),
    ...wrapped(`   Operators, from the weakest to the tightest: ${levels.map(level).join('; ')}. */`, 2),
    '',
    ...definitions.flatMap(([name = '', body = '']) => wrapped(`${name.padEnd(indent)}::= ${body}`, indent + 2)),
    '',
  ].join('\n');
}

const manner: Readonly<Record<Level['kind'], string>> = {
  'from-left': '',
  'from-right': ' from the right',
  'never-chained': ', of which one alone',
  sign: ' before an operand',
};

function level({ kind, types }: Level): string {
  return `${quoted(types)}${manner[kind]}`;
}

function quoted(words: readonly TokenType[]): string {
  return words.map((word) => `\`${String(source(word.PATTERN))}\``).join(', ');
}

function source(pattern: unknown): unknown {
  return pattern instanceof RegExp ? pattern.source : pattern;
}

/** `level`: 0 where a choice needs no parentheses, 1 where a sequence needs none, 2 under `?` and `*`. */
function text(production: Production, level: 0 | 1 | 2): string {
  switch (production.kind) {
    case 'sequence': {
      const joined = production.parts.map((part) => text(part, 1)).join(' ');
      return level === 2 ? `(${joined})` : joined;
    }
    case 'choice': {
      const joined = production.parts.map((part) => text(part, 0)).join(' | ');
      return level === 0 ? joined : `(${joined})`;
    }
    case 'optional':
      return `${text(production.body, 2)}?`;
    case 'repeat':
      return `${text(production.body, 2)}*`;
    case 'word':
      return `"${production.text}"`;
    case 'rule':
    case 'token':
      return production.text;
  }
}

/** Lines of at most the width, all but the first with an indent. */
function wrapped(line: string, indent: number): string[] {
  if (line.length <= WIDTH) return [line];
  const cut = line.lastIndexOf(' ', WIDTH);
  if (cut <= indent) return [line];
  return [line.slice(0, cut), ...wrapped(`${' '.repeat(indent)}${line.slice(cut)}`, indent)];
}
