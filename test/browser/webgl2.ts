// gpu.js on WebGL 2 in headless Chromium: emitted modules run there, one after another.

import { readFileSync } from 'node:fs';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import { gpujsRequire, openBrowser, type ServedFile } from './chromium.ts';

export interface WebglPage {
  /** What a module answers to an input, by the places of its outputs. @throws where a kernel of it does not run on WebGL 2, or the page has an error. */
  readonly run: (emitted: EmittedModule, input: ArrayLike<number>) => Promise<readonly (readonly number[])[]>;
  readonly close: () => Promise<void>;
}

export async function openWebgl(): Promise<WebglPage> {
  const files = new Map<string, ServedFile>([
    ['/', { content: '<!doctype html><title>gpujs</title><script src="/gpu-browser.js"></script>' }],
    ['/gpu-browser.js', { content: readFileSync(gpujsRequire.resolve('gpu.js/dist/gpu-browser.js')) }],
  ]);
  const browser = await openBrowser(files);
  const page = await browser.newPage();
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.goto(browser.origin);
  return {
    run: async ({ files: [module, ...others] }, input) => {
      // What one module did is no fault of the next.
      errors.length = 0;
      for (const file of module ? [module, ...others] : []) files.set(`/${file.path}`, { content: file.content });
      const script = `(async () => {
        const { load } = await import(${JSON.stringify(`/${module?.path}`)});
        const made = [];
        const GPU = new Proxy(window.GPU, { construct: (target, [settings]) => (made.push(new target(settings)), made.at(-1)) });
        const net = await load({ GPU, mode: 'webgl2' });
        const answer = await net.run(${JSON.stringify(Array.from(input))});
        const outputs = (ArrayBuffer.isView(answer) ? [answer] : Object.values(answer)).map((each) => Array.from(each));
        const kernels = made.flatMap((gpu) => gpu.kernels);
        const backends = kernels.map((kernel) => kernel instanceof window.GPU.WebGL2Kernel && kernel.context instanceof WebGL2RenderingContext);
        await net.destroy();
        return { outputs, backends };
      })()`;
      const { outputs, backends } = (await page.evaluate(script)) as { outputs: number[][]; backends: boolean[] };
      if (backends.length === 0 || backends.includes(false)) throw new Error(`${module?.path} does not run on WebGL 2 alone`);
      const [error] = errors;
      if (error) throw error;
      return outputs;
    },
    close: browser.close,
  };
}
