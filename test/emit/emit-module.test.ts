import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseRuntime } from '../../src/driver/build/parse-runtime.ts';
import { runtimeFunctions, runtimeNames, runtimeTexts } from '../../src/driver/build/runtime-functions.ts';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import { fileBase } from '../../src/emit/emit-module.ts';
import { timedTargets } from '../../src/targets/index.ts';
import { jsTarget } from '../../src/targets/js/target.ts';
import { wasmTarget } from '../../src/targets/wasm/target.ts';
import { emitFixture, expected, fixtureKernels, shape } from './fixture.ts';
import { imported, newFolder, rounded, textOf, written } from './written.ts';

const paths = ({ files }: EmittedModule): string[] => files.map((file) => file.path);
const image = Array.from({ length: 12 }, (_, i) => Math.fround(Math.cos(i)));

describe.each(timedTargets.map((target) => ({ name: target.name, target })))('$name', ({ target }) => {
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

  it.each<[string, unknown, Error]>([
    ['too few', image.slice(1), new RangeError('input of Fixture: expected 12 numbers, found 11')],
    ['rows', [image.slice(0, 6), image.slice(6)], new RangeError('input of Fixture: expected 12 numbers, found 2')],
    ['nothing', undefined, new RangeError('input of Fixture: expected 12 numbers, found no array but undefined')],
    ['null', null, new RangeError('input of Fixture: expected 12 numbers, found no array but null')],
    ['a string of the right length', '123456789012', new RangeError('input of Fixture: expected 12 numbers, found no array but string')],
    ['a DataView', new DataView(new ArrayBuffer(48)), new RangeError('input of Fixture: expected 12 numbers, found no array but DataView')],
    ['strings', image.map(String), new TypeError('input of Fixture: element 0 is string, expected a number')],
    ['lists of one', image.map((x) => [x]), new TypeError('input of Fixture: element 0 is Array, expected a number')],
    ['one that is null', image.map((x, i) => (i === 7 ? null : x)), new TypeError('input of Fixture: element 7 is null, expected a number')],
    ['a hole', Object.assign(Array.from<number>({ length: 0 }), { length: 12, 0: 1, 2: 1 }), new TypeError('input of Fixture: element 1 is undefined, expected a number')],
    ['BigInts', image.map((_, i) => (i === 11 ? 1n : 1)), new TypeError('input of Fixture: element 11 is bigint, expected a number')],
    ['a BigInt64Array', new BigInt64Array(12), new TypeError('input of Fixture: element 0 is bigint, expected a number')],
  ])('refuses an input that is no list of numbers: %s', async (_, input, error) => {
    const net = await (await imported(await emitFixture(target))).load();
    expect(() => net.run(input as never)).toThrow(error);
  });

  it('takes numbers of any kind of array, and NaN for what it is', async () => {
    const net = await (await imported(await emitFixture(target))).load();
    const bytes = Uint8ClampedArray.from(image, (_, i) => 20 * i);
    const answer = net.run(Float32Array.from(bytes));
    for (const input of [bytes, [...bytes], Int16Array.from(bytes), Float64Array.from(bytes), { ...bytes, length: 12 }]) expect(net.run(input)).toEqual(answer);
    expect([...net.run(image.map(() => NaN))]).toEqual([NaN, NaN]);
  });

  it.each<[string, unknown, Error]>([
    ['too many places', new Float32Array(3), new RangeError('output of Fixture: expected 2 numbers, found 3')],
    ['an array', [0, 0], new TypeError('output of Fixture: expected a Float32Array, found Array')],
    ['places of bytes', new Uint8Array(2), new TypeError('output of Fixture: expected a Float32Array, found Uint8Array')],
    ['null', null, new TypeError('output of Fixture: expected a Float32Array, found null')],
  ])('refuses to answer into what cannot hold it: %s', async (_, into, error) => {
    const net = await (await imported(await emitFixture(target))).load();
    expect(() => net.run(image, into as never)).toThrow(error);
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
    expect(JSON.stringify(net.meta)).toBe(JSON.stringify(target === wasmTarget ? { ...(meta as object), runs: 'relaxed' } : meta));
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
    await expect(load({ weights: new Uint8Array(4) })).rejects.toThrow(/^load\({ weights }\): expected \d+ bytes, found 4 bytes "\\u0000\\u0000\\u0000\\u0000"$/);
    const bytes = module.files.at(-1)?.content as Uint8Array;
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(rounded((await load({ weights: shifted.subarray(1) })).run(image))).toEqual(rounded(expected(image)));
  });

  it('adds little to its weights', async () => {
    const module = await emitFixture(target);
    const size = module.files.filter((file) => !file.path.endsWith('.d.ts')).reduce((sum, file) => sum + gzipSync(file.content).length, 0);
    expect(size).toBeLessThan(3200);
  });

  it.each([['node of the project', process.execPath], ['node on the path', 'node']])('runs in a process of its own: %s', async (_, node) => {
    const file = written(await emitFixture(target));
    const script = `const { load } = await import(${JSON.stringify(pathToFileURL(file).href)});
      const net = await load();
      console.log(JSON.stringify({ answer: [...net.run(${JSON.stringify(image)})], runs: net.meta.runs, major: parseInt(process.versions.node) }));`;
    const output = execFileSync(node, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
    const { answer, runs, major } = JSON.parse(output) as { readonly answer: number[]; readonly runs?: string; readonly major: number };
    expect(rounded(answer)).toEqual(rounded(expected(image)));
    // Relaxed SIMD came with V8 11.4, which Node has from 21 on.
    const picked = major < 21 ? 'strict' : 'relaxed';
    expect(runs).toBe(target === wasmTarget ? picked : undefined);
  });
});

it.each(timedTargets.map((target) => [target.name, target] as const))('writes the text that it has always written: %s', async (name, target) => {
  await expect(textOf(await emitFixture(target, { labels: ['cat', 'dog'] }), '.js')).toMatchFileSnapshot(`expected/${name}.txt`);
});

describe('declarations', () => {
  it('have literal shapes that the compiler checks', async () => {
    const normalization = { mean: [0.5, 0.25], deviation: [2, 2] };
    const file = written(await emitFixture(jsTarget, { labels: ['cat', 'dog'], range: [0, 1], normalizations: new Map([['image', normalization]]) }));
    const folder = path.dirname(file);
    expect(readFileSync(path.join(folder, 'fixture.d.ts'), 'utf8')).toMatchInlineSnapshot(`
      "// Emitted by ssl-compile, build b5486a719da0.

      /** A class, by its name in the source of the network or in the data it was trained on. */
      export type Label = "cat" | "dog";

      /**
       * A loaded network. It computes synchronously in memory of its own; where several threads compute, each loads
       * its own.
       */
      export interface Net {
        /** The network's name. */
        readonly name: "Fixture";
        /** The build of this module. Its files carry it, and \`load\` refuses those of another. */
        readonly build: string;
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
         * Computes the outputs of inputs. Throws a RangeError where a length is wrong, a TypeError where an element is no number.
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
    const folder = newFolder();
    writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
    runtimeTexts().forEach((text, i) => writeFileSync(path.join(folder, `${runtimeNames[i]}.ts`), text));
    const options = JSON.parse(readFileSync('tsconfig.json', 'utf8')) as { compilerOptions: object };
    const compilerOptions = { ...options.compilerOptions, noEmit: false, types: ['node'], typeRoots: [path.resolve('node_modules/@types')] };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    execFileSync(path.resolve('node_modules/.bin/tsc'), [], { cwd: folder });
    const built = runtimeNames.map((name) => readFileSync(path.join(folder, `${name}.js`), 'utf8'));
    expect(await parseRuntime(built)).toEqual(await runtimeFunctions());
  });
});

it('makes file names of any text', () => {
  expect(['lenet', 'a/../b', '..', '', 'Größe 3', 'x'.repeat(300)].map(fileBase).map((name) => name.slice(0, 12))).toEqual([
    'lenet', 'a-..-b', 'network', 'network', 'Gr-e-3', 'x'.repeat(12),
  ]);
});
