// Code frames of diagnostics.

import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import { renderDiagnostic } from '../../src/base/frame.ts';
import type { Source } from '../../src/base/span.ts';

function rendered(text: string, start: number, end: number, more: Partial<Diagnostic> = {}): string[] {
  const source: Source = { name: 'a.ssl', text };
  const diagnostic = { code: 'test/case', severity: 'error', message: 'wrong', related: [], span: { source, start, end } } as const;
  return renderDiagnostic({ ...diagnostic, ...more }).split('\n');
}

describe('frames', () => {
  test('mark a span', () => {
    expect(rendered('one\ntwo three\n', 8, 13, { help: 'write four' })).toEqual([
      'error[test/case]: wrong',
      '  --> a.ssl:2:5',
      '   |',
      ' 2 | two three',
      '   |     ^^^^^',
      '   = help: write four',
    ]);
  });

  test('do without a span', () => {
    expect(renderDiagnostic({ code: 'data/missing', severity: 'warning', message: 'no data', related: [] })).toBe('warning[data/missing]: no data');
  });

  test('expand tabs and show what a terminal would obey', () => {
    expect(rendered('\tx\u001b[31m = 1', 1, 2).slice(3)).toEqual([' 1 |     x\uFFFD[31m = 1', '   |     ^']);
  });

  test('cut names as long as a page', () => {
    const [message] = rendered('x', 0, 1, { message: `\`${'n'.repeat(64)}\` is no \`${'m'.repeat(2000)}\`` });
    expect(message).toBe(`error[test/case]: \`${'n'.repeat(64)}\` is no \`${'m'.repeat(64)}…\``);
  });

  test('reach the end of the file and beyond', () => {
    expect(rendered('one\n', 4, 4).slice(1)).toEqual(['  --> a.ssl:2:1', '   |', ' 2 |', '   | ^']);
    expect(rendered('one', 90, 99).slice(3)).toEqual([' 1 | one', '   |    ^']);
    expect(rendered('', 0, 0).slice(3)).toEqual([' 1 |', '   | ^']);
  });

  test('cover several lines, or the first and the last of many', () => {
    expect(rendered('a {\r\n  b\r\n}\r\n', 2, 11).slice(3)).toEqual([' 1 | a {', '   |   ^', ' 2 |   b', '   |   ^', ' 3 | }', '   | ^']);
    const many = rendered('a {\n1\n2\n3\n4\n}', 2, 13);
    expect(many.slice(3)).toEqual([' 1 | a {', '   |   ^', '...', ' 6 | }', '   | ^']);
  });

  test('cut long lines around the mark', () => {
    const [, , , line = '', carets = ''] = rendered(`${'x'.repeat(500)}HERE${'y'.repeat(500)}`, 500, 504);
    expect(line).toHaveLength(5 + 102);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE');
    expect(rendered('x'.repeat(1e6), 0, 1e6).join('\n').length).toBeLessThan(400);
  });

  test('show related places, of other files too', () => {
    const other: Source = { name: 'b.ssl', text: 'first' };
    const text = 'open\n\n\nclose';
    const related = [
      { message: 'opened here', span: { source: other, start: 0, end: 5 } },
      { message: 'and closed here', span: { source: other, start: 4, end: 5 } },
    ];
    expect(rendered(text, 7, 12, { related }).slice(1)).toEqual([
      '  --> a.ssl:4:1',
      '   |',
      ' 4 | close',
      '   | ^^^^^',
      '  --> b.ssl:1:1',
      '   |',
      ' 1 | first',
      '   | ----- opened here',
      '   |     - and closed here',
    ]);
  });
});
