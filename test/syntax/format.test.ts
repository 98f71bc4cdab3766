// Formatting: idempotent, keeps comments and meaning; and what it looks like.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SourceFile } from '../../src/syntax/ast.ts';
import { format } from '../../src/syntax/format.ts';
import { readTokens } from '../../src/syntax/lex.ts';
import { parse } from '../../src/syntax/parse.ts';
import { fileText } from './arbitrary.ts';

function formatted(text: string): string {
  const result = format({ name: 'test.ssl', text });
  if (typeof result !== 'string') throw new Error(result.map((d) => d.message).join('\n'));
  return result;
}

/** Comments in no order: some move above the statement they interrupted. */
function comments(text: string): string[] {
  return readTokens({ name: 'test.ssl', text })
    .comments.map((comment) => comment.image.replace(/[ \t\r]+$/gm, ''))
    .toSorted();
}

function withoutSpans(file: SourceFile): unknown {
  return JSON.parse(JSON.stringify(file, (key, value: unknown) => (key === 'span' || key === 'source' ? undefined : value)));
}

describe('of any file', () => {
  test('formatting again changes nothing', () => {
    fc.assert(
      fc.property(fileText, (text) => {
        const once = formatted(text);
        expect(formatted(once)).toBe(once);
      }),
      { numRuns: 200 },
    );
  });

  test('comments stay', () => {
    fc.assert(
      fc.property(fileText, (text) => void expect(comments(formatted(text))).toEqual(comments(text))),
      { numRuns: 200 },
    );
  });

  test('the syntax tree stays', () => {
    const tree = (text: string): unknown => withoutSpans(parse({ name: 'test.ssl', text }).file);
    fc.assert(
      fc.property(fileText, (text) => void expect(tree(formatted(text))).toEqual(tree(text))),
      { numRuns: 200 },
    );
  });
});
