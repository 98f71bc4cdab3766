// Modules that run on several threads, in real workers of Node.

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { randomDense } from '../../bench/masks.ts';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import type { ThreadedNet } from '../../src/runtime/threads.ts';
import { emitThreaded, image, threadedNetwork } from './threaded.ts';
import { bytesOf, imported, written } from './written.ts';

interface Threaded {
  readonly load: (options?: object) => Promise<ThreadedNet>;
}

const module = await emitThreaded({ threads: true });
const { load: loadPlain } = await imported(await emitThreaded({ threads: false }));

/** Where a module is, and how it is loaded: afresh, so that changed files count. */
function placed(emitted: EmittedModule = module): Threaded & { readonly place: string; readonly worker: string } {
  const place = written(emitted);
  const { href } = pathToFileURL(place);
  return {
    place,
    worker: path.join(path.dirname(place), 'net.worker.js'),
    load: async (options) => {
      const net = await ((await import(href)) as Threaded).load(options);
      open.push(net);
      return net;
    },
  };
}

const open: ThreadedNet[] = [];
afterEach(() => {
  for (const net of open.splice(0)) net.close();
});

const bitsOf = (values: Float32Array): readonly number[] => [...new Uint32Array(values.slice().buffer)];
const metaOf = ({ meta }: ThreadedNet): { readonly threads: number; readonly runs: string } => meta as { readonly threads: number; readonly runs: string };

describe('a network that is worth it', () => {
  it.each([true, false])('answers the same bits on 1 to 4 threads as a module without them (relaxed: %s)', async (relaxed) => {
    const expected = await loadPlain({ relaxed });
    const { load } = placed();
    for (const threads of [1, 2, 3, 4]) {
      const net = await load({ threads, relaxed });
      expect(metaOf(net)).toMatchObject({ threads, runs: (expected.meta as { readonly runs: string }).runs });
      for (const input of [image, image.map((value) => value - 1)]) expect(bitsOf(await net.run(input))).toEqual(bitsOf(expected.run(input)));
      const into = new Float32Array(10);
      expect(await net.run(image, into)).toBe(into);
      expect(bitsOf(into)).toEqual(bitsOf(expected.run(image)));
    }
  });

  it('runs inside one file', async () => {
    const inline = await emitThreaded({ threads: true, inline: true });
    expect(inline.files.map((file) => file.path)).toEqual(['net.js', 'net.d.ts']);
    const net = await placed(inline).load({ threads: 2 });
    expect(metaOf(net).threads).toBe(2);
    expect(bitsOf(await net.run(image))).toEqual(bitsOf((await loadPlain()).run(image)));
  });

  it('takes weights from a file of their own', async () => {
    const network = { input: [1, 48, 48], layers: [{ op: 'flatten' }, randomDense('threads/wide1', 2304, 2304, true), randomDense('threads/wide2', 2304, 10, false)] } as const;
    const large = await emitThreaded({ threads: true, network });
    expect(large.files.map((file) => file.path)).toEqual(['net.js', 'net.d.ts', 'net.wasm', 'net.worker.js', 'net.bin']);
    const input = image.subarray(0, 2304);
    const net = await placed(large).load({ threads: 3 });
    expect(metaOf(net).threads).toBeGreaterThan(1);
    expect(bitsOf(await net.run(input))).toEqual(bitsOf((await (await imported(await emitThreaded({ threads: false, network }))).load()).run(input)));
  });

  it('starts no workers where its weights are not there', async () => {
    const network = { input: [1, 48, 48], layers: [{ op: 'flatten' }, randomDense('threads/wide1', 2304, 2304, true)] } as const;
    const { load, worker } = placed(await emitThreaded({ threads: true, network }));
    // Nobody comes to see that.
    rmSync(worker);
    await expect(load({ threads: 3, weights: new Uint8Array(7) })).rejects.toThrow(/^load\(\{ weights \}\): expected \d+ bytes, found 7 bytes/);
  });

  it('takes the bytes of its file from the caller; what is compiled runs on one thread', async () => {
    const { load } = placed();
    const wasm = bytesOf(module, '.wasm');
    expect(bitsOf(await (await load({ threads: 2, wasm })).run(image))).toEqual(bitsOf((await loadPlain()).run(image)));
    const compiled = await WebAssembly.compile(wasm);
    expect(bitsOf(await (await load({ wasm: compiled })).run(image))).toEqual(bitsOf((await loadPlain({ relaxed: false })).run(image)));
    await expect(load({ threads: 2, wasm: compiled })).rejects.toThrow(new TypeError('load({ wasm }): a compiled module runs on one thread. For several give the bytes of the file'));
  });

  it('runs one after another what is asked for at once, each on what its input was then', async () => {
    const plain = await loadPlain();
    const inputs = [1, 2, 3].map((factor) => image.map((value) => factor * value));
    const expected = inputs.map((input) => bitsOf(plain.run(input)));
    for (const threads of [1, 2]) {
      const net = await placed().load({ threads });
      const given = new Float32Array(image.length);
      const answers = inputs.map((input) => {
        given.set(input);
        return net.run(given);
      });
      await expect(net.run(image.subarray(1))).rejects.toThrow(new RangeError(`input of Threaded: expected 6912 numbers, found 6911`));
      expect((await Promise.all(answers)).map(bitsOf)).toEqual(expected);
    }
  });

  it('lets a process end that does not close it, but not before its runs are done', () => {
    const { place } = placed();
    const script = `const { load } = await import(${JSON.stringify(pathToFileURL(place).href)}); const net = await load({ threads: 2 }); const answer = await net.run(new Float32Array(6912)); console.log(net.meta.threads, answer.length);`;
    expect(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })).toBe('2 10\n');
  });
});

it('does not start workers for a network that is too small', async () => {
  const network = { input: [1, 8, 8], layers: [{ op: 'flatten' }, randomDense('threads/small', 64, 10, false)] } as const;
  const small = placed(await emitThreaded({ threads: true, network }));
  rmSync(small.worker);
  const net = await small.load({ threads: 4 });
  expect(metaOf(net).threads).toBe(1);
  expect(await net.run(image.subarray(0, 64))).toHaveLength(10);
});

describe('what load is given', () => {
  it.each<[unknown, Error]>([
    [0, new RangeError('load({ threads }): expected an integer from 1 to 64, found 0')],
    [1000, new RangeError('load({ threads }): expected an integer from 1 to 64, found 1000')],
    [1.5, new RangeError('load({ threads }): expected an integer from 1 to 64, found 1.5')],
    [NaN, new RangeError('load({ threads }): expected an integer from 1 to 64, found NaN')],
    ['2', new TypeError('load({ threads }): expected an integer from 1 to 64, found string')],
    [true, new TypeError('load({ threads }): expected an integer from 1 to 64, found boolean')],
  ])('threads: %s', async (threads, error) => {
    await expect(placed().load({ threads })).rejects.toThrow(error);
  });

  it('says which headers a page lacks that is not isolated, and runs there on one thread', async () => {
    const page = globalThis as { crossOriginIsolated?: boolean };
    page.crossOriginIsolated = false;
    try {
      const { load } = placed();
      await expect(load({ threads: 2 })).rejects.toThrow('Serve it with the headers "Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp", or load it on one thread');
      expect(await (await load()).run(image)).toHaveLength(10);
    } finally {
      delete page.crossOriginIsolated;
    }
  });
});

describe('workers', () => {
  it.each<[what: string, fault: string, reason: RegExp]>([
    ['throws', 'throw new Error("out of luck")', /^a thread has ended: Error: out of luck\. Load the network again$/],
    ['ends', 'process.exit(7)', /^a thread has ended: exit code 7\. Load the network again$/],
  ])('one that %s in a run: the run rejects, and later ones; the next load works', async (_, fault, reason) => {
    const { load, worker } = placed();
    const right = readFileSync(worker, 'utf8');
    const wrong = right.replace('runTask(stage, task)', `stage === 3 && task === 1 ? (() => { ${fault}; })() : runTask(stage, task)`);
    expect(wrong).not.toBe(right);
    writeFileSync(worker, wrong);
    const net = await load({ threads: 2 });
    const [first, waiting] = [net.run(image), net.run(image)];
    await expect(first).rejects.toThrow(reason);
    await expect(waiting).rejects.toThrow(reason);
    await expect(net.run(image)).rejects.toThrow(reason);
    writeFileSync(worker, right);
    expect(bitsOf(await (await load({ threads: 2 })).run(image))).toEqual(bitsOf((await loadPlain()).run(image)));
  });

  it('whose file is missing: load rejects', async () => {
    const { load, worker } = placed();
    rmSync(worker);
    await expect(load({ threads: 2 })).rejects.toThrow(/a thread has ended: Cannot find module .*net\.worker\.js/);
  });

  it('whose file is of another build: load rejects', async () => {
    const { load, worker } = placed();
    writeFileSync(worker, bytesOf(await emitThreaded({ threads: true, seed: 2 }), '.worker.js'));
    await expect(load({ threads: 2 })).rejects.toThrow(/^the file of the workers is of build [\da-f]{12}, this module of build [\da-f]{12}\./);
  });

  it('are not started where the code is of another build, whatever its pieces are: load tells of both', async () => {
    const { load } = placed();
    const other = bytesOf(await emitThreaded({ threads: true, network: { input: [3, 48, 48], layers: [...threadedNetwork.layers.slice(0, 2), { op: 'flatten' }, randomDense('threads/other', 33 * 24 * 24, 10, false)] } }), '.wasm');
    await expect(load({ threads: 2, wasm: other })).rejects.toThrow(/^load\(\{ wasm \}\) is of build [\da-f]{12}, this module of build [\da-f]{12}\. Use the files of one build/);
  });

  it('that are closed: runs that wait reject, and later ones', async () => {
    const net = await placed().load({ threads: 2 });
    expect(await net.run(image)).toHaveLength(10);
    const waiting = [net.run(image), net.run(image)];
    net.close();
    for (const run of [...waiting, net.run(image)]) await expect(run).rejects.toThrow(/ is closed$/);
    const alone = await placed().load();
    const done = alone.run(image);
    alone.close();
    expect(await done).toHaveLength(10);
    await expect(alone.run(image)).rejects.toThrow('Threaded is closed');
  });
});
