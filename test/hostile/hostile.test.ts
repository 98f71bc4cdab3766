// Whatever the text, check and fmt end, with a model, a text or diagnostics; and what fmt writes it reads again. How
// long they take is measured by `npm run hostile`.

import { describe, expect, it, test } from 'vitest';
import { renderDiagnostic } from '../../src/base/frame.ts';
import { shownToPeople } from '../../src/base/diagnostic-list.ts';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import { check } from '../../src/check/check.ts';
import { ops } from '../../src/ops/index.ts';
import { format } from '../../src/syntax/format.ts';
import { MOST_COMMENTS, MOST_WORDS } from '../../src/syntax/limits.ts';
import { parse } from '../../src/syntax/parse.ts';
import { hostileSources } from './sources.ts';

const SIZE = 3000;
const sourceOf = (text: string): { name: string; text: string } => ({ name: 'hostile.ssl', text });

function checked(text: string): readonly Diagnostic[] {
  const { file, diagnostics } = parse(sourceOf(text));
  return diagnostics.length > 0 ? diagnostics : check(file, ops).diagnostics;
}

/** Nothing where the text is refused. */
function formattedOnce(text: string): string {
  const formatted = format(sourceOf(text));
  return typeof formatted === 'string' ? formatted : '';
}

const formattedTwice = (text: string): string => formattedOnce(formattedOnce(text));

describe('small ones', () => {
  it.each(hostileSources.map(({ name, make }) => ({ name, text: new TextDecoder().decode(make(SIZE)) })))('$name', ({ text }) => {
    for (const diagnostic of shownToPeople(checked(text)).shown) expect(renderDiagnostic(diagnostic).length).toBeLessThan(20_000);
    expect(formattedTwice(text)).toBe(formattedOnce(text));
  });
});

describe('limits are named', () => {
  const codesOf = (text: string): readonly string[] => [...new Set(checked(text).map(({ code }) => code))];

  it.each([
    ['words', `${'const a = 1\n'.repeat(MOST_WORDS / 4)}const`, 'syntax/too-many-words'],
    ['commas', ','.repeat(MOST_WORDS + 1), 'syntax/too-many-words'],
    ['comments', '// x\n'.repeat(MOST_COMMENTS + 1), 'syntax/too-many-comments'],
    ['mistakes', 'network '.repeat(15_000), 'syntax/cut-short'],
  ])('too many %s', (_, text, code) => expect(codesOf(text)).toContain(code));

  test('neither white space nor commas nor comments are words', () => {
    const text = 'const a = 1 // x\n\n'.repeat(MOST_WORDS / 4);
    expect(codesOf(text)).not.toContain('syntax/too-many-words');
  });

  test('patterns that match more layers than are looked up', () => {
    const layers = Array.from({ length: 1000 }, (_, i) => `  ${'a'.repeat(45)}${i} = dense(image, units = 4)\n`).join('');
    const penalties = Array.from({ length: 120 }, () => `  lasso neurons of ${'a*'.repeat(30)} strength 1\n`).join('');
    expect(codesOf(`network N(image: tensor[4]) {\n${layers}  return dense(image, units = 2)\n}\nsparsity {\n${penalties}}\n`)).toContain('sparsity/too-many-matches');
  });

  test('a name of a mebibyte is no reason to move its neighbours', () => {
    const text = `const ${'x'.repeat(500_000)} = 1\n${'const y = 2\n'.repeat(1000)}`;
    expect(format(sourceOf(text))).toBe(text);
  });

  test('what would be too large to read again is not written', () => {
    const text = `const a = [${`${'['.repeat(150)}1, 1${']'.repeat(150)},`.repeat(60)}]`;
    const formatted = format(sourceOf(text));
    expect(typeof formatted === 'string' ? formatted.length : formatted.map(({ code }) => code)).toEqual(['syntax/formatted-too-large']);
  });

  test('a list of lists of constants is shown in part', () => {
    const lists = Array.from({ length: 100 }, (_, i) => `const a${i + 1} = [a${i}, a${i}]\n`).join('');
    const [fault] = checked(`const a0 = [1, 1]\n${lists}const b = -a100\nnetwork N(image: tensor[2]) { return relu(image) }\n`);
    expect(fault?.message.length).toBeLessThan(400);
  });
});

describe('long flat files are formatted', () => {
  it.each([
    ['settings', `train on digits {\n${'  a = 1\n'.repeat(MOST_WORDS / 3 - 10)}}\n`],
    ['comments', '// x\n'.repeat(66_000)],
    ['lists', `const a = [\n${'  1,\n'.repeat(9000)}]\n`],
    ['comments between tokens', `const a = ${'/* x */ '.repeat(20_000)}1\n`],
  ])('%s', (_, text) => {
    expect(formattedOnce(text)).not.toBe('');
    expect(formattedTwice(text)).toBe(formattedOnce(text));
  });
});
