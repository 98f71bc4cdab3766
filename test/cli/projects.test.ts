// Modules in the projects of their users: packages of every type, old Nodes, TypeScript, bundlers.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { listing, runCli, smallFiles, temporaryFolder } from './support.ts';

const { source, weights } = smallFiles();
const build = (out: string, ...more: string[]): ReturnType<typeof runCli> => runCli(['build', source, '--weights', weights, '--out', out, ...more]);
const verify = (out: string): ReturnType<typeof runCli> => runCli(['verify', out, '--weights', weights, '--source', source]);

/** A project whose package.json holds this, or that has none. */
function project(manifest?: string): string {
  const folder = temporaryFolder();
  if (manifest !== undefined) writeFileSync(path.join(folder, 'package.json'), manifest);
  return folder;
}

function runScript(folder: string, name: string, text: string, node: string): string {
  writeFileSync(path.join(folder, name), text);
  return execFileSync(node, [name], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] } });
}

const use = "import { load } from './out/small.js';\nconsole.log((await load()).run(new Float32Array(144)).length);";
const nodes = [['node of the project', process.execPath], ['node on the path', 'node']] as const;

describe.each([
  ['as npm init writes it', '{ "name": "app", "type": "commonjs" }'],
  ['that says nothing of its type', '{ "name": "app" }'],
  ['of ES modules', '{ "name": "app", "type": "module" }'],
  ['without a package.json', undefined],
])('a project %s', (_, manifest) => {
  it('loads the module, which verify finds sound', async () => {
    const folder = project(manifest);
    expect(await build(path.join(folder, 'out'))).toMatchObject({ code: 0, err: '' });
    for (const [, node] of nodes) expect(runScript(folder, 'use.mjs', use, node)).toBe('3\n');
    expect((await verify(path.join(folder, 'out'))).code).toBe(0);
  });
});

it('a script of CommonJS loads the module', async () => {
  const folder = project('{ "type": "commonjs" }');
  await build(path.join(folder, 'out'));
  expect(runScript(folder, 'use.cjs', "import('./out/small.js').then(({ load }) => load()).then((net) => console.log(net.batch));", 'node')).toBe('1\n');
  expect(runScript(folder, 'require.cjs', "require('./out/small.js').load().then((net) => console.log(net.batch));", process.execPath)).toBe('1\n');
});

describe('a folder that is not the module\'s own', () => {
  it.each([
    ['{ "type": "commonjs" }', 'Node takes'],
    ['{}', 'Node before 20.19 takes'],
    ['no JSON', 'Node before 20.19 takes'],
  ])('keeps its package.json, %s', async (manifest, who) => {
    const folder = project(manifest);
    const { code, err } = await build(folder);
    expect(code).toBe(0);
    expect(readFileSync(path.join(folder, 'package.json'), 'utf8')).toBe(manifest);
    expect(err).toContain(`warning[module/commonjs]: ${who} ${path.join(folder, 'small.js')} for CommonJS and does not load it: ${path.join(folder, 'package.json')} does not say "type": "module"`);
    expect(err).toContain('help: build into a folder of its own');
    // What the project says of itself is no fault of the module.
    expect((await verify(folder)).code).toBe(0);
  });

  it('keeps what its scripts are', async () => {
    const folder = project('{ "type": "commonjs" }');
    mkdirSync(path.join(folder, 'lib'));
    writeFileSync(path.join(folder, 'lib/mine.js'), 'module.exports = 1;');
    const { err } = await build(path.join(folder, 'lib'));
    expect(err).toContain('module/commonjs');
    expect(listing(path.join(folder, 'lib'))).toEqual(['mine.js', 'small.d.ts', 'small.js', 'small.wasm']);
  });

  it('says nothing where scripts are ES modules already', async () => {
    const folder = project('{ "type": "module" }');
    mkdirSync(path.join(folder, 'lib'));
    writeFileSync(path.join(folder, 'lib/page.js'), 'export {};');
    expect((await build(path.join(folder, 'lib'))).err).toBe('');
    expect(listing(path.join(folder, 'lib'))).not.toContain('package.json');
  });
});

it('another module may be built into the same folder, and again', async () => {
  const folder = project();
  for (const target of ['wasm', 'js']) expect((await build(folder, '--target', target)).err).toBe('');
  expect(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))).toEqual({ type: 'module' });
});

it.each(['nodenext', 'bundler'])('TypeScript finds the types: moduleResolution %s', async (resolution) => {
  const folder = project('{ "type": "commonjs" }');
  await build(path.join(folder, 'out'));
  writeFileSync(path.join(folder, 'use.mts'),  [
    "import { load, type Label } from './out/small.js';",
    'const net = await load();',
    'export const label: Label = net.labels[0];',
    "export const rows: readonly number[][] = net.meta.layers.map((layer) => layer.op === 'conv' ? [...layer.filters, ...layer.channels] : [...layer.inputs, ...layer.outputs]);",
  ].join('\n'));
  const module = resolution === 'nodenext' ? 'nodenext' : 'esnext';
  const options = ['--noEmit', '--strict', '--lib', 'es2022', '--types', '', '--target', 'es2022', '--module', module, '--moduleResolution', resolution];
  expect(execFileSync(path.resolve('node_modules/.bin/tsc'), [...options, 'use.mts'], { cwd: folder, encoding: 'utf8' })).toBe('');
});

it.each([[], ['--inline'], ['--target', 'js']])('a bundler for browsers takes the module without a word: %s', async (...options) => {
  const folder = project('{ "type": "commonjs" }');
  await build(path.join(folder, 'out'), ...options);
  writeFileSync(path.join(folder, 'app.mjs'), use);
  const said: string[] = [];
  const bundle = await rolldown({ input: path.join(folder, 'app.mjs'), platform: 'browser', onLog: (_, log) => said.push(log.message) });
  const { output } = await bundle.generate({ format: 'esm' });
  expect(said).toEqual([]);
  expect(output[0].imports).toEqual([]);
  expect(output[0].dynamicImports).toEqual([]);
});
