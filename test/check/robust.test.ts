// Whatever the text, the checker answers diagnostics or a model that verifies.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check } from '../../src/check/check.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { ops } from '../../src/ops/index.ts';
import { parse } from '../../src/syntax/parse.ts';

const folder = join(import.meta.dirname, 'fixtures');
const sources = readdirSync(folder).filter((name) => name.endsWith('.ssl')).map((name) => readFileSync(join(folder, name), 'utf8'));
const words = [...new Set(sources.flatMap((source) => source.match(/[A-Za-z_]\w*|[\d.]+(?:e-?\d+)?|"[^"\n]*"/g) ?? []))];

/** A fixture in which some words are replaced by others of the fixtures. */
const mutated = fc
  .tuple(fc.constantFrom(...sources), fc.array(fc.tuple(fc.nat(), fc.constantFrom(...words)), { maxLength: 4 }))
  .map(([source, changes]) => {
    const pieces = source.split(/([A-Za-z_]\w*|[\d.]+(?:e-?\d+)?|"[^"\n]*")/);
    for (const [at, word] of changes) pieces[(at % ((pieces.length - 1) / 2)) * 2 + 1] = word;
    return pieces.join('');
  });

test('a mutated file is refused or means a network', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const parsed = parse({ name: 'mutated.ssl', text });
      if (parsed.diagnostics.length > 0) return;
      const { model, diagnostics } = check(parsed.file, ops);
      expect(model === undefined).toBe(diagnostics.some((diagnostic) => diagnostic.severity === 'error'));
      if (model) verifyGraph(model.network.graph, ops, 'checking');
    }),
    { numRuns: 400 },
  );
});

test('a file cut anywhere is still looked through, for the names in it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.nat(), fc.nat(), (source, from, length) => {
      const start = from % source.length;
      const { file } = parse({ name: 'cut.ssl', text: source.slice(0, start) + source.slice(start + (length % 40)) });
      for (const { span } of check(file, ops).symbols) expect(span.source.text.slice(span.start, span.end)).toMatch(/^\w+$/);
    }),
    { numRuns: 200 },
  );
});

test('a misspelt name as long as a page is not compared with others of its length', () => {
  const [one, other] = ['a'.repeat(25_000), 'b'.repeat(25_000)];
  const { file } = parse({ name: 'long.ssl', text: `network Long(image: tensor[4]) {\n${one} = relu(image)\nreturn ${other}\n}` });
  expect(check(file, ops).diagnostics.map(({ message }) => message.slice(0, 20))).toEqual([expect.stringContaining('bbb')]);
});

test('a long file of forward references is refused soon', () => {
  const statements = Array.from({ length: 3000 }, (_, i) => `a${i} = relu(a${i + 1})`);
  const { file } = parse({ name: 'long.ssl', text: `network Long(image: tensor[4]) {\n${statements.join('\n')}\nreturn a0\n}` });
  const { diagnostics } = check(file, ops);
  expect(diagnostics).toHaveLength(1001);
  expect(diagnostics.at(-1)?.message).toMatch(/more faults are not shown/);
});

test('thousands of unknown names are compared with thousands of known ones soon', () => {
  const nameOf = (i: number): string => Math.imul(i + 1, 2_654_435_761).toString(2).replaceAll('-', '').padStart(32, 'x').replaceAll('0', 'o').replaceAll('1', 'i');
  const statements = Array.from({ length: 2000 }, (_, i) => `${nameOf(i)} = relu(${nameOf(i + 2000)})`);
  const { file } = parse({ name: 'long.ssl', text: `network Long(image: tensor[4]) {\n${statements.join('\n')}\nreturn image\n}` });
  expect(check(file, ops).diagnostics).toHaveLength(1001);
});
