// What `load` makes of the files of a build, and of what should be one of them.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { timedTargets } from '../../src/targets/index.ts';
import { jsTarget } from '../../src/targets/js/target.ts';
import { wasmTarget } from '../../src/targets/wasm/target.ts';
import { emitFixture, expected, fixtureKernels } from './fixture.ts';
import { bytesOf, imported, rounded, textOf, written } from './written.ts';

const image = Array.from({ length: 12 }, (_, i) => Math.fround(Math.cos(i)));
const wasm = await emitFixture(wasmTarget);
const other = await emitFixture(wasmTarget, { meta: { compiler: '0.0.0', seed: 2 } });
const idOf = (module: typeof wasm): string => /\bbuild: "([\da-f]{12})"/.exec(textOf(module, '.js'))?.[1] ?? 'none';
const wrongBuild = (from: string): string => `${from} is of build ${idOf(other)}, this module of build ${idOf(wasm)}. Use the files of one build; a cache may hold an old one`;

/** The module as a page gets it from `https://example.com/nets/`. */
async function onPage(answer: () => Response | Promise<Response>): Promise<{ readonly load: () => Promise<unknown>; readonly asked: readonly string[] }> {
  const text = textOf(wasm, '.js').replaceAll('import.meta.url', '"https://example.com/nets/fixture.js"');
  const { load } = await imported({ files: [{ path: 'web.js', content: text }] });
  const asked: string[] = [];
  return {
    asked,
    load: async () => {
      const original = globalThis.fetch;
      globalThis.fetch = async (url) => {
        asked.push(url instanceof URL ? url.href : '');
        return answer();
      };
      try {
        return await load();
      } finally {
        globalThis.fetch = original;
      }
    },
  };
}

describe('files of two builds', () => {
  it('all carry an id, which the same build has again', async () => {
    const id = idOf(wasm);
    expect(id).not.toBe(idOf(other));
    expect(textOf(wasm, '.d.ts')).toContain(`build ${id}.`);
    const [section = new ArrayBuffer()] = WebAssembly.Module.customSections(await WebAssembly.compile(bytesOf(wasm, '.wasm')), 'ssl-compile');
    expect(new TextDecoder().decode(section)).toBe(id);
    expect(idOf(await emitFixture(wasmTarget))).toBe(id);
  });

  it('have another id where anything is different', async () => {
    const kernels = fixtureKernels(wasmTarget.machine);
    const changed = { ...kernels, segments: kernels.segments.map((segment, i) => (i === 1 ? { ...segment, data: segment.data.map((x) => x + 1) } : segment)) };
    const builds = await Promise.all([{ labels: ['a', 'b'] }, { range: [0, 1] as const }, { layout: 'hwc' as const }, { name: 'Other' }, { kernels: changed }].map((options) => emitFixture(wasmTarget, options)));
    expect(new Set([wasm, other, ...builds, await emitFixture(jsTarget)].map(idOf)).size).toBe(8);
  });

  it('are refused: an old .wasm beside a new .js, as a stale cache makes it', async () => {
    const place = written(wasm);
    writeFileSync(path.join(path.dirname(place), 'fixture.wasm'), bytesOf(other, '.wasm'));
    const { load } = (await import(place)) as { load: () => Promise<unknown> };
    await expect(load()).rejects.toThrow(wrongBuild(`file://${path.join(path.dirname(place), 'fixture.wasm')}`));
    const page = await onPage(() => new Response(bytesOf(other, '.wasm')));
    await expect(page.load()).rejects.toThrow(wrongBuild('https://example.com/nets/fixture.wasm'));
  });

  it('are refused where the caller gives them: bytes, or a compiled module', async () => {
    const { load } = await imported(wasm);
    const bytes = bytesOf(other, '.wasm');
    await expect(load({ wasm: bytes })).rejects.toThrow(wrongBuild('load({ wasm })'));
    await expect(load({ wasm: await WebAssembly.compile(bytes) })).rejects.toThrow(wrongBuild('load({ wasm })'));
    const inline = await imported(await emitFixture(wasmTarget, { inline: true }));
    await expect(inline.load({ wasm: bytes })).rejects.toThrow(`is of build ${idOf(other)}`);
  });

  it('are refused where they are no build at all', async () => {
    const { load } = await imported(wasm);
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    await expect(load({ wasm: empty })).rejects.toThrow('load({ wasm }) is of build unknown, this module of build');
  });

  it.each(timedTargets.map((target) => [target.name, target] as const))('are refused: weights of another build (%s)', async (_, target) => {
    const kernels = fixtureKernels(target.machine, 2 ** 22);
    const [module, stale] = [await emitFixture(target, { kernels }), await emitFixture(target, { kernels, labels: ['a', 'b'] })];
    const { load } = await imported(module);
    await expect(load({ weights: bytesOf(stale, '.bin') })).rejects.toThrow(`load({ weights }) is of build ${idOf(stale)}, this module of build ${idOf(module)}.`);
    // A longer file of another network, too, is named for what it is.
    const longer = await emitFixture(target, { kernels: fixtureKernels(target.machine, 2 ** 22 + 1) });
    await expect(load({ weights: bytesOf(longer, '.bin') })).rejects.toThrow(`is of build ${idOf(longer)}`);
    await expect(load({ weights: bytesOf(module, '.bin').subarray(0, -1) })).rejects.toThrow(/^load\({ weights }\): expected \d+ bytes, found \d+ bytes "/);
    const damaged = bytesOf(module, '.bin').slice();
    damaged.fill(0, damaged.length - 12);
    await expect(load({ weights: damaged })).rejects.toThrow('load({ weights }) is of build');
  }, 60_000);
});

describe('load', () => {
  it('takes bytes or a compiled module', async () => {
    const { load } = await imported({ files: wasm.files.filter((file) => !file.path.endsWith('.wasm')) });
    await expect(load()).rejects.toThrow('ENOENT');
    const bytes = bytesOf(wasm, '.wasm');
    for (const given of [bytes, bytes.slice().buffer, new DataView(bytes.slice().buffer), await WebAssembly.compile(bytes)]) expect(rounded((await load({ wasm: given })).run(image))).toEqual(rounded(expected(image)));
  });

  it.each<[unknown, string]>([
    [null, 'load takes { wasm, relaxed }, found null'],
    ['x', 'load takes { wasm, relaxed }, found string'],
    [3, 'load takes { wasm, relaxed }, found number'],
    [['x'], 'load takes { wasm, relaxed }, found Array'],
    [bytesOf(wasm, '.wasm'), 'load takes { wasm, relaxed }, found Uint8Array'],
    [{ wsam: 1 }, 'load takes { wasm, relaxed }, found wsam'],
    [{ weights: new Uint8Array() }, 'load takes { wasm, relaxed }, found weights'],
    [{ wasm: 'fixture.wasm' }, 'load({ wasm }): expected bytes, found string'],
    [{ wasm: Promise.resolve() }, 'load({ wasm }): expected bytes, found Promise'],
    [{ wasm: new Response() }, 'load({ wasm }): expected bytes, found Response'],
  ])('says what it takes, given %s', async (options, message) => {
    const { load } = await imported(wasm);
    await expect(load(options as never)).rejects.toThrow(new TypeError(message));
  });

  it('fetches what lies beside it where there are no files', async () => {
    const page = await onPage(() => new Response(bytesOf(wasm, '.wasm')));
    await page.load();
    expect(page.asked).toEqual(['https://example.com/nets/fixture.wasm']);
  });

  const truncated = bytesOf(wasm, '.wasm').subarray(0, 100);
  /** A body of fewer bytes than its header has promised, as Node's `fetch` answers it. */
  const endsEarly = (): ReadableStream => new ReadableStream({ start: (body) => body.error(new TypeError('terminated')) });
  it.each<[string, () => Response | Promise<Response>, RegExp]>([
    ['nothing', () => new Response('', { status: 404, statusText: 'Not Found' }), /^404 Not Found$/],
    ['a page, as servers of single-page apps do', () => new Response('<!doctype html><p>index'), /^23 bytes "<!doctype html><p>index", an HTML page: servers answer one where there is no such file\. /],
    ['a page with a mark of its encoding', () => new Response('\ufeff\n <html>'), /, an HTML page/],
    ['a compressed file that it does not call one', () => new Response(gzipSync(bytesOf(wasm, '.wasm'))), /, gzip: serve it with "content-encoding: gzip"\. /],
    ['a pointer of git-lfs', () => new Response('version https://git-lfs.github.com/spec/v1'), /^42 bytes "version https:\/\/git-lfs\."\. /],
    ['no bytes', () => new Response(''), /^0 bytes ""\. /],
    ['half a file', () => new Response(truncated), /^100 bytes "\\u0000asm.*"\. WebAssembly\.compile\(\): /],
    ['less than it has promised', () => new Response(endsEarly()), /^terminated$/],
    ['nobody', () => Promise.reject(new TypeError('Failed to fetch')), /^Failed to fetch$/],
  ])('names the file where the server answers %s', async (_, answer, message) => {
    const error: unknown = await (await onPage(answer)).load().catch((reason: unknown) => reason);
    const [start, text] = ['https://example.com/nets/fixture.wasm: ', error instanceof Error ? error.message : ''];
    expect(text.slice(0, start.length)).toBe(start);
    expect(text.slice(start.length)).toMatch(message);
  });

  it('names the file where a page is on disk, and says what to do', async () => {
    // Such a page has no `node:fs`.
    const text = textOf(wasm, '.js').replace('return import(', 'return Promise.reject(new TypeError("Failed to resolve module specifier")); return import(');
    const { load } = await imported({ files: [{ path: 'page.js', content: text }, ...wasm.files.filter((file) => file.path.endsWith('.wasm'))] });
    await expect(load()).rejects.toThrow(/^file:.*fixture\.wasm: a page opened as a file cannot read files\. Serve it over http, or build with --inline$/);
  });

  it('answers nets of their own to calls at once', async () => {
    const { load } = await imported(wasm);
    const [a, b] = await Promise.all([load(), load()]);
    expect(rounded(a.run(image))).toEqual(rounded(expected(image)));
    expect([...b.output]).toEqual([0, 0]);
  });

  it('works in a worker', async () => {
    const script = `import('node:worker_threads').then(async ({ parentPort }) => {
      const { load } = await import(${JSON.stringify(written(wasm))});
      parentPort.postMessage([...(await load()).run(${JSON.stringify(image)})]);
    });`;
    const worker = new Worker(script, { eval: true });
    const answer = await new Promise<readonly number[]>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(rounded(answer)).toEqual(rounded(expected(image)));
  });
});

it('names no module of Node where a bundler for browsers would look for it', () => {
  const text = textOf(wasm, '.js');
  expect(text.match(/import\(.*\)/g)).toEqual(['import(/* @vite-ignore */ /* webpackIgnore: true */ name)']);
  expect(readFileSync(new URL('../../src/runtime/files.ts', import.meta.url), 'utf8')).not.toMatch(/\bimport\(/);
});
