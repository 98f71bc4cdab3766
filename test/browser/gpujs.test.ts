// Emitted gpujs modules in gpu.js itself: its modes `cpu` and `webasm` here, `webgl2` in Chromium. The same
// nests that serve the wasm and js targets give the same numbers.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuJs, GpuNet, GpuOptions } from '../../src/runtime/gpujs-net.ts';
import { differenceOf, gpujsBound, gpujsCases, type GpujsCase } from '../gpujs/networks.ts';
import { gpujsRequire, openBrowser, type OpenBrowser, type Page, type ServedFile } from './chromium.ts';

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
  let browser: OpenBrowser;
  let page: Page;
  const errors: Error[] = [];

  beforeAll(async () => {
    const files = new Map<string, ServedFile>([
      ['/', { content: '<!doctype html><title>gpujs</title><script src="/gpu-browser.js"></script>' }],
      ['/gpu-browser.js', { content: readFileSync(gpujsRequire.resolve('gpu.js/dist/gpu-browser.js')) }],
      ...cases.flatMap(({ emitted }) => emitted.files.map(({ path: name, content }) => [`/${name}`, { content }] as const)),
    ]);
    browser = await openBrowser(files);
    page = await browser.newPage();
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(browser.origin);
  }, 60_000);
  afterAll(() => browser.close());

  it.each(cases.map((each) => [each.name, each] as const))('webgl2: %s', async (_, { emitted, input, expected }) => {
    const script = `(async () => {
      const { load } = await import(${JSON.stringify(`/${emitted.files[0]?.path}`)});
      const made = [];
      const GPU = new Proxy(window.GPU, { construct: (target, [settings]) => (made.push(new target(settings)), made.at(-1)) });
      const net = await load({ GPU, mode: 'webgl2' });
      const output = Array.from(await net.run(${JSON.stringify(input)}));
      const kernels = made.flatMap((gpu) => gpu.kernels);
      const backends = kernels.map((kernel) => kernel instanceof window.GPU.WebGL2Kernel && kernel.context instanceof WebGL2RenderingContext);
      await net.destroy();
      return { output, backends };
    })()`;
    const { output, backends } = (await page.evaluate(script)) as { output: number[]; backends: boolean[] };
    expect(backends.length).toBeGreaterThan(0);
    expect(backends).not.toContain(false);
    expect(differenceOf(expected, output)).toBeLessThan(gpujsBound);
    expect(errors).toEqual([]);
  }, 120_000);
});
