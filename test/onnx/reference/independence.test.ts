// The reference is an oracle: what it would share with the importer could be wrong in both.

import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const src = path.join(import.meta.dirname, '../../../src');
/** Folders of `onnx/` that the importer is not in. */
const reader = /^onnx\/(diagnostics\.ts$|(format|model|signatures)\/)/;

test.each([
  ['the reference shares the reader and nothing else', 'reference', (target: string) => reader.test(target) || target.startsWith('onnx/reference/')],
  ['the reader knows of no one', '{format,model,signatures}', (target: string) => reader.test(target)],
])('%s', (_, folder, isAllowed) => {
  const files = globSync(`onnx/${folder}/**/*.ts`, { cwd: src }).map((file) => file.replaceAll('\\', '/'));
  expect(files.length).toBeGreaterThan(10);
  const strays = files.flatMap((file) =>
    [...readFileSync(path.join(src, file), 'utf8').matchAll(/ from '(.+)';/g)].flatMap(([, specifier = '']) => {
      const target = path.posix.join(path.posix.dirname(file), specifier);
      return target.startsWith('base/') || isAllowed(target) ? [] : [`${file} imports ${specifier}`];
    }));
  expect(strays).toEqual([]);
});
