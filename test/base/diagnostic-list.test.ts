import { describe, expect, test } from 'vitest';
import type { Diagnostic, Severity } from '../../src/base/diagnostic.ts';
import { cappedOfSource, shownToPeople } from '../../src/base/diagnostic-list.ts';
import { positionAt } from '../../src/base/span.ts';

const many = (count: number, code: string, severity: Severity = 'error'): Diagnostic[] => Array.from({ length: count }, (_, i) => ({ code, severity, message: String(i), related: [] }));

describe('people are shown', () => {
  test('a short list whole', () => {
    const list = [...many(8, 'a/a'), ...many(8, 'b/b')];
    expect(shownToPeople(list)).toEqual({ shown: list, hidden: new Map() });
  });

  test('eight of a kind, and how many more there are', () => {
    const { shown, hidden } = shownToPeople([...many(24, 'a/a'), ...many(1, 'b/b')]);
    expect(shown.map(({ code }) => code)).toEqual([...Array.from({ length: 8 }, () => 'a/a'), 'b/b']);
    expect(hidden).toEqual(new Map([['a/a', 16]]));
  });

  test('fifty in all, errors before warnings, each in its place', () => {
    const warnings = Array.from({ length: 6 }, (_, i) => many(8, `w/${i}`, 'warning')).flat();
    const { shown, hidden } = shownToPeople([...warnings, ...many(5, 'e/e')]);
    expect(shown).toHaveLength(50);
    expect(shown.slice(-5).map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => 'e/e'));
    expect(hidden).toEqual(new Map([['w/5', 3]]));
  });
});

test('a source that is all mistakes is answered with a thousand and a count', () => {
  const answered = cappedOfSource(many(1200, 'a/a'), (hidden, severity) => ({ code: 'a/too-many', severity, message: String(hidden), related: [] }));
  expect(answered).toHaveLength(1001);
  expect(answered.at(-1)).toMatchObject({ code: 'a/too-many', message: '200', severity: 'error' });
});

test('positions count lines and columns from one', () => {
  const source = { name: 'a.ssl', text: 'ab\n\ncd\n' };
  expect([0, 2, 3, 4, 6, 7].map((at) => positionAt(source, at))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 3, column: 1 },
    { line: 3, column: 3 },
    { line: 4, column: 1 },
  ]);
});
