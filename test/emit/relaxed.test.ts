// Which version of its code `load` runs.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { wasmTarget } from '../../src/targets/wasm/target.ts';
import { emitFixture, expected, fixtureKernels } from './fixture.ts';
import { bytesOf, imported, rounded, textOf, written } from './written.ts';
import type { Loaded } from './written.ts';

const image = Array.from({ length: 12 }, (_, i) => Math.fround(Math.cos(i)));
const kinds = [
  ['a file', {}],
  ['code inside', { inline: true }],
  ['weights in a file of their own', { kernels: fixtureKernels(wasmTarget.machine, 2 ** 22) }],
] as const;
const module = await emitFixture(wasmTarget);
const { load } = await imported(module);

afterEach(() => vi.restoreAllMocks());

async function runs(loaded: Loaded['load'], options?: object): Promise<unknown> {
  const net = await loaded(options);
  expect(rounded(net.run(image))).toEqual(rounded(expected(image)));
  return (net.meta as { readonly runs?: unknown }).runs;
}

/** Where the code section of either version begins in the `.wasm` file. */
function codeOf(version: 'strict' | 'relaxed'): number {
  const [strict = NaN, relaxed = NaN] = /startWasm\(file, facts\.build, relax, \[\[0, (\d+)\], \[(\d+), /.exec(textOf(module, '.js'))?.slice(1).map(Number) ?? [];
  return version === 'strict' ? strict : relaxed;
}

/** The `.wasm` file with the id of one version's code section made that of no section. */
function damaged(version: 'strict' | 'relaxed'): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(module, '.wasm').slice();
  bytes[codeOf(version)] = 0x7f;
  return bytes;
}

describe.each(kinds)('%s', (_, options) => {
  it('runs relaxed where the engine has it, strict where that is asked for', async () => {
    const { load: own } = await imported(await emitFixture(wasmTarget, options));
    expect(await runs(own)).toBe('relaxed');
    expect(await runs(own, { relaxed: true })).toBe('relaxed');
    expect(await runs(own, { relaxed: false })).toBe('strict');
  }, 60_000);
});

describe('an engine', () => {
  it('without relaxed SIMD runs strict, and never sees other code', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    const compile = vi.spyOn(WebAssembly, 'compile');
    expect(await runs(load)).toBe('strict');
    expect(compile).toHaveBeenCalledTimes(1);
  });

  it('that says it has relaxed SIMD, but does not compile it, runs strict', async () => {
    vi.spyOn(WebAssembly, 'compile').mockRejectedValueOnce(new WebAssembly.CompileError('no'));
    expect(await runs(load)).toBe('strict');
  });

  it('that compiles it, but does not start it, runs strict', async () => {
    vi.spyOn(WebAssembly, 'instantiate').mockRejectedValueOnce(new WebAssembly.RuntimeError('no'));
    expect(await runs(load)).toBe('strict');
  });

  it('runs a compiled module as it is', async () => {
    expect(await runs(load, { wasm: await WebAssembly.compile(bytesOf(module, '.wasm')) })).toBe('strict');
  });
});

describe('a file', () => {
  it('whose relaxed code is damaged runs strict', async () => {
    expect(await runs(load, { wasm: damaged('relaxed') })).toBe('strict');
  });

  it('whose strict code is damaged runs relaxed, and tells where that is not to be', async () => {
    expect(await runs(load, { wasm: damaged('strict') })).toBe('relaxed');
    await expect(load({ wasm: damaged('strict'), relaxed: false })).rejects.toThrow(/^load\({ wasm }\): \d+ bytes "\\u0000asm/);
  });

  it('that ends too early is refused, wherever it ends', async () => {
    const bytes = bytesOf(module, '.wasm');
    for (let length = 0; length < bytes.length; length += 7) await expect(load({ wasm: bytes.subarray(0, length) }), `${length} bytes`).rejects.toThrow(/^load\({ wasm }\)/);
  });

  it('without the relaxed code, as tools leave it that rewrite WebAssembly, runs strict', async () => {
    const bytes = bytesOf(module, '.wasm');
    // The custom section stands between code and data.
    const code = WebAssembly.Module.customSections(await WebAssembly.compile(bytes), 'ssl-compile relaxed')[0]?.byteLength ?? NaN;
    const label = bytes.findIndex((_, at) => at > codeOf('strict') && new TextDecoder().decode(bytes.subarray(at, at + 19)) === 'ssl-compile relaxed');
    // Before it, its length in a byte, and the size of the section in one or two.
    const [start, end] = [bytes[label - 3] === 0 ? label - 3 : label - 4, label + 19 + code];
    expect([bytes[start], bytes[end]]).toEqual([0, 11]);
    const stripped = new Uint8Array([...bytes.subarray(0, start), ...bytes.subarray(end)]);
    expect(await runs(load, { wasm: stripped })).toBe('strict');
  });
});

it('says what `relaxed` is to be, before it reads anything', async () => {
  const place = written({ files: module.files.filter((file) => !file.path.endsWith('.wasm')) });
  const { load: bare } = (await import(place)) as Loaded;
  await expect(bare({ relaxed: 'no' })).rejects.toThrow(new TypeError('load({ relaxed }): expected true or false, found string'));
  await expect(bare({ relaxd: false })).rejects.toThrow(new TypeError('load takes { wasm, relaxed }, found relaxd'));
});
