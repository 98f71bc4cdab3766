// `train --engine tfjs` where its package is missing, does not load or does not compute. test/tfjs/ trains with it.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { runCli, temporaryFolder } from './support.ts';
import { writeStripes } from './stripes.ts';

const folder = temporaryFolder();
const source = join(folder, 'stripes.ssl');

beforeAll(() => {
  writeFileSync(source, 'network Stripes(image: tensor[1, 6, 6]) {\n  return dense(image, units = 2)\n}\ntrain on "stripes" {\n  baseline { epochs = 1, rate = 0.05 }\n}\n');
  writeStripes(join(folder, 'stripes'));
});
afterEach(() => void vi.restoreAllMocks());

/** A project that has the package, of this text; without one where there is none. */
function project(name: string, text?: string): string {
  const of = join(folder, name);
  const place = join(of, 'node_modules/@tensorflow/tfjs-node');
  mkdirSync(text === undefined ? of : place, { recursive: true });
  if (text !== undefined) writeFileSync(join(place, 'index.js'), text);
  vi.spyOn(process, 'cwd').mockReturnValue(of);
  return of;
}

const train = (): ReturnType<typeof runCli> => runCli(['train', source, '--out', join(folder, 'run'), '--data', folder, '--engine', 'tfjs']);

it('is refused where the package is missing, before anything is written', async () => {
  const of = project('empty');
  const { code, out, err } = await train();
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(`error[run/no-engine]: engine tfjs is the package @tensorflow/tfjs-node, which is not installed in ${of}`);
  expect(err).toContain('run `npm install @tensorflow/tfjs-node` there, or leave out `--engine`');
  expect(existsSync(join(folder, 'run'))).toBe(false);
});

it.each([
  ['does not load', "throw new Error('The Node.js native addon module can not be found at path: x. \\nPlease run command');", 'The Node.js native addon module can not be found at path: x.'],
  ['does not compute', "exports.tidy = (f) => f();\nexports.scalar = () => { throw new TypeError('isNullOrUndefined is not a function'); };", 'isNullOrUndefined is not a function'],
])('is refused where the package %s, before anything is written', async (name, text, why) => {
  const of = project(name, text);
  const { code, err } = await train();
  expect(code).toBe(1);
  expect(err).toContain(`error[run/engine-fails]: ${join(of, 'node_modules/@tensorflow/tfjs-node/index.js')} does not run on Node ${process.version}: ${why}\n`);
  expect(err).toContain('npm rebuild @tensorflow/tfjs-node');
  expect(existsSync(join(folder, 'run'))).toBe(false);
});
