// Emitted gpujs modules in gpu.js itself: its modes `cpu` and `webasm` here, `webgl2` in Chromium. The same
// nests that serve the wasm and js targets give the same numbers.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuJs, GpuNet, GpuOptions } from '../../src/runtime/gpujs-net.ts';
import { differenceOf, gpujsBound, gpujsCases, type GpujsCase } from '../gpujs/networks.ts';
import { gpujsRequire } from './chromium.ts';
import { openWebgl, type WebglPage } from './webgl2.ts';

const cases = await gpujsCases();

interface Module {
  readonly load: (options: GpuOptions) => Promise<GpuNet>;
}

/** gpu.js, as it is in Node. */
interface GpuJsLibrary {
  readonly GPU: GpuOptions['GPU'];
  readonly CPUKernel: new () => object;
  readonly WebAssemblyKernel: new () => object;
}

describe('in Node', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ssl-compile-gpujs-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const library = (): GpuJsLibrary => gpujsRequire('gpu.js') as GpuJsLibrary;

  async function imported({ emitted }: GpujsCase): Promise<Module> {
    writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
    for (const { path: name, content } of emitted.files) writeFileSync(path.join(folder, name), content);
    return (await import(pathToFileURL(path.join(folder, emitted.files[0]?.path ?? '')).href)) as Module;
  }

  /** A gpu.js that remembers its instances. */
  function watched(): { readonly GPU: GpuOptions['GPU']; readonly made: GpuJs[] } {
    const made: GpuJs[] = [];
    const { GPU: Original } = library();
    const GPU = new Proxy(Original, {
      construct: (target, [settings]) => {
        const instance = new target(settings as { mode: string });
        made.push(instance);
        return instance;
      },
    });
    return { GPU, made };
  }

  describe.each(['cpu', 'webasm'] as const)('%s', (mode) => {
    it.each(cases.map((each) => [each.name, each] as const))('%s', async (_, each) => {
      const { GPU, made } = watched();
      const net = await (await imported(each)).load({ GPU, mode });
      try {
        const Kernel = mode === 'cpu' ? library().CPUKernel : library().WebAssemblyKernel;
        expect(made).toHaveLength(1);
        expect(made[0]?.kernels.length).toBeGreaterThan(0);
        for (const kernel of made[0]?.kernels ?? []) expect(kernel).toBeInstanceOf(Kernel);
        expect(differenceOf(each.expected, await net.run(each.input))).toBeLessThan(gpujsBound);
        // Calls that overlap keep their own inputs.
        const [zero, again] = await Promise.all([net.run(each.input.map(() => 0)), net.run(each.input)]);
        expect(differenceOf(each.expected, again)).toBeLessThan(gpujsBound);
        expect(zero).not.toEqual(again);
      } finally {
        await net.destroy();
      }
    });
  });

  it('refuses wrong lengths and unknown modes', async () => {
    const module = await imported(cases[0] as GpujsCase);
    const net = await module.load({ GPU: library().GPU, mode: 'cpu' });
    await expect(net.run([1, 2])).rejects.toThrow(new RangeError('input of LeNet: expected 784 numbers, found 2'));
    await expect(net.run(new Float32Array(784), new Float32Array(3))).rejects.toThrow(new RangeError('output of LeNet: expected 10 numbers, found 3'));
    await net.destroy();
    await expect(module.load({ GPU: library().GPU, mode: 'abacus' })).rejects.toThrow('abacus');
  });
});

describe('in Chromium', () => {
  let page: WebglPage;

  beforeAll(async () => {
    page = await openWebgl();
  }, 60_000);
  afterAll(() => page.close());

  it.each(cases.map((each) => [each.name, each] as const))('webgl2: %s', async (_, { emitted, input, expected }) => {
    const [answer = []] = await page.run(emitted, input);
    expect(differenceOf(expected, answer)).toBeLessThan(gpujsBound);
  }, 120_000);
});
