// The files generated from the parser are those that are checked in, and say what they should.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generated, stale } from '../../grammar/generate.ts';
import { format } from '../../src/syntax/format.ts';
import { parse } from '../../src/syntax/parse.ts';
import { grammarRules } from '../../src/syntax/parser.ts';

test('are fresh: run `npm run grammar` if not', () => expect(stale()).toEqual([]));

test('are written by no command that is mistyped', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../grammar/generate.ts'), '--chekc'], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toMatch(/--chekc[^]*usage: npm run grammar/);
});

test('name every rule', () => {
  const names = grammarRules().map((rule) => ('name' in rule ? String(rule.name) : ''));
  const files = generated();
  expect(names).toContain('network');
  for (const name of names) {
    expect(files.get('ssl.ebnf')).toMatch(new RegExp(`^${name} +::= `, 'm'));
    expect(files.get('railroad.html')).toContain(`<h2 id="${name}">`);
  }
});

test('load nothing from elsewhere', () => {
  expect(generated().get('railroad.html')).not.toMatch(/src=|@import|url\(|<script|https?:/);
});

test('hold patterns that compile', () => {
  const patterns = (value: unknown): string[] =>
    typeof value !== 'object' || value === null
      ? []
      : Object.entries(value).flatMap(([key, inner]) =>
          typeof inner === 'string' && ['match', 'begin', 'end'].includes(key) ? [inner] : patterns(inner),
        );
  const found = patterns(JSON.parse(generated().get('ssl.tmLanguage.json') ?? ''));
  expect(found.length).toBeGreaterThan(10);
  for (const pattern of found) expect(() => new RegExp(pattern)).not.toThrow();
});

const readme = readFileSync(new URL('../../grammar/README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```\n([^]*?)```/g)].map(([, text = '']) => text);
const [files, statements] = [/^(?:\/\/|block)/, /^\w+ += /].map((start) => examples.filter((text) => start.test(text)));

test.each([
  ...(files ?? []),
  ...(statements ?? []).map((text) => `network Net(stem: tensor[1]) {\n${text.replaceAll(/^(?=.)/gm, '  ')}  return stem\n}\n`),
])('an example of the README is well formed and laid out as the formatter does: %#', (text) => {
  expect(parse({ name: 'README.md', text }).diagnostics).toEqual([]);
  expect(format({ name: 'README.md', text })).toBe(text);
});

test('all examples of the README are looked at', () => expect((files ?? []).length + (statements ?? []).length).toBe(examples.length));
