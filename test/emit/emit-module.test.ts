import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import { fileBase } from '../../src/emit/emit-module.ts';
import { kernelTargets } from '../../src/targets/index.ts';
import { jsTarget } from '../../src/targets/js/target.ts';
import { wasmTarget } from '../../src/targets/wasm/target.ts';
import type { Net } from '../../src/runtime/net.ts';
import { emitFixture, expected, fixtureKernels, runtime, shape } from './fixture.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** Writes the files to a folder of their own; answers the path of the ES module. */
function written({ files }: EmittedModule): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ssl-compile-emit-'));
  folders.push(folder);
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  for (const { path: name, content } of files) writeFileSync(path.join(folder, name), content);
  return path.join(folder, files[0]?.path ?? '');
}

interface Loaded {
  readonly load: (options?: object) => Promise<Net>;
}

const imported = async (module: EmittedModule): Promise<Loaded> => (await import(pathToFileURL(written(module)).href)) as Loaded;

const paths = ({ files }: EmittedModule): string[] => files.map((file) => file.path);
const textOf = ({ files }: EmittedModule, extension: string): string => String(files.find((file) => file.path.endsWith(extension))?.content);
const image = Array.from({ length: 12 }, (_, i) => Math.fround(Math.cos(i)));
/** Rounded as far as single precision goes. */
const rounded = (values: ArrayLike<number>): number[] => Array.from(values, (value) => Math.round(value * 1e5) / 1e5 + 0);

describe.each(kernelTargets.map((target) => ({ name: target.name, target })))('$name', ({ target }) => {
  it.each([false, true])('loads and runs (inline: %s)', async (inline) => {
    const module = await emitFixture(target, { inline });
    expect(paths(module)).toEqual(['fixture.js', 'fixture.d.ts', ...(target === wasmTarget && !inline ? ['fixture.wasm'] : [])]);
    const net = await (await imported(module)).load();
    expect(rounded(net.run(image))).toEqual(rounded(expected(image)));
    const into = new Float32Array(2);
    expect(net.run(Float32Array.from(image), into)).toBe(into);
    expect(rounded(into)).toEqual(rounded(expected(image)));
  });

  it('takes rows of pixels where the layout is HWC', async () => {
    const net = await (await imported(await emitFixture(target, { layout: 'hwc' }))).load();
    const [c, h, w] = shape;
    const hwc = Array.from({ length: c * h * w }, (_, n) => image[(n % c) * h * w + Math.floor(n / c)] ?? NaN);
    expect(rounded(net.run(hwc))).toEqual(rounded(expected(image)));
    expect(net.inputShape).toEqual([h, w, c]);
  });

  it('has views onto its own buffers', async () => {
    const net = await (await imported(await emitFixture(target))).load();
    image.forEach((x, n) => {
      net.input[Math.floor(n / 6) + 8 * (Math.floor(n / 3) % 2) + 2 * (n % 3)] = x;
    });
    net.compute();
    expect(rounded(net.output)).toEqual(rounded(expected(image)));
  });

  it('refuses wrong lengths', async () => {
    const net = await (await imported(await emitFixture(target))).load();
    expect(() => net.run(image.slice(1))).toThrow(new RangeError('input of Fixture: expected 12 numbers, found 11'));
    expect(() => net.run(undefined as never)).toThrow(new RangeError('input of Fixture: expected 12 numbers, found no array'));
    expect(() => net.run(image, new Float32Array(3))).toThrow(new RangeError('output of Fixture: expected 2 numbers, found 3'));
  });

  it('gives every load memory of its own', async () => {
    const { load } = await imported(await emitFixture(target));
    const [a, b] = [await load(), await load()];
    a.run(image);
    expect([...b.output]).toEqual([0, 0]);
    expect(Object.isFrozen(a)).toBe(true);
  });

  it('gives the same bytes twice', async () => {
    expect(await emitFixture(target)).toEqual(await emitFixture(target));
  });

  it('keeps names that look like code inside strings', async () => {
    const names = ['"];alert(1)//', '__proto__', 'line\nbreak', '</script><script>alert(1)</script>', '\u2028\u202e', '*/ alert(1) /*', '${alert(1)}', "'`\\"];
    const meta = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "</script>": "\\u2028"}') as never;
    const module = await emitFixture(target, { name: names.join(''), labels: names, meta });
    const net = await (await imported(module)).load();
    expect(net.labels).toEqual(names);
    expect(net.name).toBe(names.join(''));
    expect(JSON.stringify(net.meta)).toBe(JSON.stringify(meta));
    for (const text of [textOf(module, '.js'), textOf(module, '.d.ts')]) {
      expect(text).not.toMatch(/<\/script|[\u2028\u202e]/);
      expect(text).not.toMatch(/^[^"]*alert/m);
    }
  });

  it('needs neither eval nor static imports, and no time', async () => {
    const text = textOf(await emitFixture(target), '.js');
    expect(text).not.toMatch(/\beval\b|new Function|^import\b|Date|20\d\d-\d\d/m);
  });

  it('puts large weights in a file of their own', async () => {
    const module = await emitFixture(target, { kernels: fixtureKernels(target.machine, 2 ** 22) });
    expect(paths(module)).toEqual(['fixture.js', 'fixture.d.ts', ...(target === wasmTarget ? ['fixture.wasm'] : []), 'fixture.bin']);
    const { load } = await imported(module);
    expect(rounded((await load()).run(image))).toEqual(rounded(expected(image)));
    await expect(load({ weights: new Uint8Array(4) })).rejects.toThrow(/^weights: expected \d+ bytes, found 4$/);
    const bytes = module.files.at(-1)?.content as Uint8Array;
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(rounded((await load({ weights: shifted.subarray(1) })).run(image))).toEqual(rounded(expected(image)));
  });

  it('adds little to its weights', async () => {
    const module = await emitFixture(target);
    const size = module.files.filter((file) => !file.path.endsWith('.d.ts')).reduce((sum, file) => sum + gzipSync(file.content).length, 0);
    expect(size).toBeLessThan(3000);
  });

  it.each([['node of the project', process.execPath], ['node on the path', 'node']])('runs in a process of its own: %s', async (_, node) => {
    const file = written(await emitFixture(target));
    const script = `const { load } = await import(${JSON.stringify(pathToFileURL(file).href)});
      const net = await load();
      console.log(JSON.stringify([...net.run(${JSON.stringify(image)})]));`;
    const output = execFileSync(node, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
    expect(rounded(JSON.parse(output) as number[])).toEqual(rounded(expected(image)));
  });
});

it.each(kernelTargets.map((target) => [target.name, target] as const))('writes the text that it has always written: %s', async (name, target) => {
  await expect(textOf(await emitFixture(target, { labels: ['cat', 'dog'] }), '.js')).toMatchFileSnapshot(`expected/${name}.txt`);
});

describe('wasm', () => {
  it('takes bytes or a compiled module', async () => {
    const module = await emitFixture(wasmTarget);
    const { load } = await imported({ files: module.files.filter((file) => !file.path.endsWith('.wasm')) });
    await expect(load()).rejects.toThrow('ENOENT');
    const bytes = module.files.at(-1)?.content as Uint8Array<ArrayBuffer>;
    expect(rounded((await load({ wasm: bytes })).run(image))).toEqual(rounded(expected(image)));
    expect(rounded((await load({ wasm: await WebAssembly.compile(bytes) })).run(image))).toEqual(rounded(expected(image)));
  });

  it('fetches what lies beside it where there are no files', async () => {
    const module = await emitFixture(wasmTarget);
    const bytes = module.files.at(-1)?.content as Uint8Array<ArrayBuffer>;
    const asked: string[] = [];
    const text = textOf(module, '.js').replaceAll('import.meta.url', '"https://example.com/nets/fixture.js"');
    const { load } = await imported({ files: [{ path: 'web.js', content: text }] });
    const original = globalThis.fetch;
    globalThis.fetch = (url) => {
      asked.push(url instanceof URL ? url.href : '');
      return Promise.resolve(asked.length === 1 ? new Response(bytes) : new Response('', { status: 404, statusText: 'Not Found' }));
    };
    try {
      expect(rounded((await load()).run(image))).toEqual(rounded(expected(image)));
      await expect(load()).rejects.toThrow('https://example.com/nets/fixture.wasm: 404 Not Found');
    } finally {
      globalThis.fetch = original;
    }
    expect(asked[0]).toBe('https://example.com/nets/fixture.wasm');
  });
});

describe('declarations', () => {
  it('have literal shapes that the compiler checks', async () => {
    const normalization = { mean: [0.5, 0.25], deviation: [2, 2] };
    const file = written(await emitFixture(jsTarget, { labels: ['cat', 'dog'], range: [0, 1], normalization }));
    const folder = path.dirname(file);
    expect(readFileSync(path.join(folder, 'fixture.d.ts'), 'utf8')).toMatchInlineSnapshot(`
      "// Emitted by ssl-compile.
      /** A class, by its name in the source of the network. */
      export type Label = "cat" | "dog";

      /**
       * A loaded network. It computes synchronously in memory of its own; where several threads compute, each loads
       * its own.
       */
      export interface Net {
        /** The network's name. */
        readonly name: "Fixture";
        /** Samples a run. */
        readonly batch: 1;
        /** Of one sample, channels, rows, columns (CHW). */
        readonly inputShape: readonly [2, 2, 3];
        /** Of one sample, in order. */
        readonly outputShape: readonly [2];
        /** Order of the numbers of an image. */
        readonly layout: "chw";
        /** The classes, in the order of the output. */
        readonly labels: readonly ["cat", "dog"];
        /** What the network itself does to its input first, (x - mean) / deviation: a number a channel, or one for all. */
        readonly normalization: { readonly mean: readonly [0.5, 0.25]; readonly deviation: readonly [2]; };
        /** The network's own input, [channel, row, column] at index channel + 8 * row + 2 * column; what lies between must stay as it is. \`compute\` may overwrite it. */
        readonly input: Float32Array;
        /** The network's own output, in the order of \`run\`. */
        readonly output: Float32Array;
        /** How this module came about. */
        readonly meta: { readonly compiler: string; readonly seed: number; };
        /** Computes \`output\` from what \`input\` holds. */
        compute(): void;
        /**
         * Computes the outputs of inputs. Throws a RangeError where a length is wrong.
         * @param input 12 numbers: 2 x 2 x 3, channels, rows, columns (CHW), from 0 to 1; they are normalized within
         * @param into where the outputs go; a new array, and nothing else is allocated, when absent
         * @returns 2 numbers: 2, in order
         */
        run(input: ArrayLike<number>, into?: Float32Array): Float32Array;
      }

      /** Loads the network. Every call answers another one, with memory of its own. */
      export declare function load(): Promise<Net>;
      "
    `);
    writeFileSync(path.join(folder, 'use.ts'), [
      "import { load, type Label, type Net } from './fixture.js';",
      'const net: Net = await load();',
      'export const three: 3 = net.inputShape[2];',
      "export const label: Label = net.labels[1];",
      'export const seed: number = net.meta.seed;',
      'export const mean: 0.25 = net.normalization.mean[1];',
      '// @ts-expect-error there is no such class',
      "export const wrong: Label = 'cow';",
      'export const scores: Float32Array = net.run([1, 2]);',
    ].join('\n'));
    const tsc = path.resolve('node_modules/.bin/tsc');
    execFileSync(tsc, ['--noEmit', '--strict', '--skipLibCheck', 'false', '--lib', 'es2022', '--types', '', '--target', 'es2022', '--module', 'nodenext', 'use.ts'], { cwd: folder, encoding: 'utf8' });
  });
});

describe('the runtime', () => {
  it('gives the same text from TypeScript and from what the build makes of it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'ssl-compile-runtime-'));
    folders.push(folder);
    writeFileSync(path.join(folder, 'net.ts'), runtime);
    const options = ['--target', 'es2024', '--module', 'nodenext', '--types', 'node', '--typeRoots', path.resolve('node_modules/@types'), '--skipLibCheck'];
    execFileSync(path.resolve('node_modules/.bin/tsc'), [...options, 'net.ts'], { cwd: folder });
    const built = readFileSync(path.join(folder, 'net.js'), 'utf8');
    for (const target of kernelTargets) {
      expect(await emitFixture(target, { runtime: built })).toEqual(await emitFixture(target));
    }
  });
});

it('makes file names of any text', () => {
  expect(['lenet', 'a/../b', '..', '', 'Größe 3', 'x'.repeat(300)].map(fileBase).map((name) => name.slice(0, 12))).toEqual([
    'lenet', 'a-..-b', 'network', 'network', 'Gr-e-3', 'x'.repeat(12),
  ]);
});
