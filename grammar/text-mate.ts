// A TextMate grammar, for the highlighting of editors and of code blocks.

import type { TokenType } from 'chevrotain';
import {
  As, Block, False, From, Identifier, If, Import, Labels, Network, NumberToken, Repeat, reservedWords, Sparsity, Strength, Tensor,
  Times, True, With,
} from '../src/syntax/tokens.ts';

export function textMate(): string {
  const constants = [True, False];
  const keywords = reservedWords.filter((word) => !constants.includes(word));
  const name = source(Identifier);
  const comment = (suffix: string): string => `comment.${suffix}.ssl`;
  /** Soft words, where they are no names. */
  const soft = [
    `^\\s*${words([Import])}(?=\\s+\\w)`,
    `${words([From])}(?=\\s*")`,
    `${words([As, With])}(?=\\s+\\w)`,
    `${words([Times])}(?=\\s*[\\w(-])`,
    `${words([Labels])}(?=\\s*\\[)`,
    `${words([Strength])}(?!\\s*=)`,
  ];
  const grammar = {
    $schema: 'https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json',
    comment: 'Generated from the tokens of the parser by `npm run grammar`; do not edit.',
    name: 'ssl',
    scopeName: 'source.ssl',
    fileTypes: ['ssl'],
    patterns: [
      {
        match: `\\b(${[Network, Block, Sparsity].map(source).join('|')})\\s+(${name})(?=\\s*[({])`,
        captures: { 1: { name: 'keyword.other.ssl' }, 2: { name: 'entity.name.type.ssl' } },
      },
      // What stands before the brace of a body is no title of it.
      {
        begin: words([If, Repeat]),
        beginCaptures: { 0: { name: 'keyword.control.ssl' } },
        end: '(?=\\{)',
        patterns: [{ include: '#words' }],
      },
      { name: 'entity.name.section.ssl', match: `\\b(?!${words(reservedWords)})${name}(?=\\s*\\{)` },
      { include: '#words' },
    ],
    repository: {
      words: {
        patterns: [
          { name: comment('line.double-slash'), match: '//.*$' },
          { name: comment('block'), begin: '/\\*', end: '\\*/' },
          {
            name: 'string.quoted.double.ssl',
            begin: '"',
            end: '"|$',
            patterns: [{ name: 'constant.character.escape.ssl', match: '\\\\.' }],
          },
          { name: 'keyword.other.ssl', match: words(keywords) },
          { name: 'keyword.other.ssl', match: soft.join('|') },
          { name: 'support.type.ssl', match: `${words([Tensor])}(?=\\s*\\[)` },
          { name: 'constant.language.ssl', match: words(constants) },
          { name: 'constant.numeric.ssl', match: `(?<![\\w.])${source(NumberToken)}` },
          { name: 'entity.name.function.ssl', match: `${name}(?=\\s*\\()` },
          { name: 'variable.parameter.ssl', match: `${name}(?=\\s*(?:=(?!=)|:))` },
          { name: 'variable.other.ssl', match: name },
          { name: 'keyword.operator.ssl', match: '\\*\\*|[=!<>]=|[-+*/%=<>]' },
        ],
      },
    },
  };
  return `${JSON.stringify(grammar, null, 2)}\n`;
}

function words(tokens: readonly TokenType[]): string {
  return `\\b(?:${tokens.map(source).join('|')})\\b`;
}

function source({ PATTERN }: TokenType): string {
  if (typeof PATTERN === 'string') return PATTERN;
  return PATTERN instanceof RegExp ? PATTERN.source : '';
}
