// A module that runs on several threads, in workers of a page: isolated, under a strict policy, and not isolated.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import { emitThreaded } from '../emit/threaded.ts';
import { bytesOf } from '../emit/written.ts';
import { openBrowser } from './chromium.ts';
import type { OpenBrowser, Page, ServedFile } from './chromium.ts';

const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const strict = { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval'" };

const image = 'Float32Array.from({ length: 6912 }, (_, i) => Math.sin(i))';
/** In the page: the bits of an answer, and the number of threads. */
const answer = (file: string, options: string): string =>
  `import('${file}').then(({ load }) => load(${options})).then(async (net) => { const found = await net.run(${image}); net.close?.(); return [net.meta.threads ?? 1, ...new Uint32Array(found.buffer)]; })`;

const files = new Map<string, ServedFile>();
const serve = (folder: string, { files: emitted }: EmittedModule, headers: ServedFile['headers'] = {}): void => {
  for (const { path, content } of emitted) files.set(`/${folder}/${path}`, { content, headers: { ...isolated, ...headers } });
};

let browser: OpenBrowser;
const pageAt = async (path: string): Promise<Page> => {
  const page = await browser.newPage();
  await page.goto(`${browser.origin}${path}`);
  return page;
};

beforeAll(async () => {
  const threaded = await emitThreaded({ threads: true });
  serve('threads', threaded, strict);
  serve('plain', await emitThreaded({ threads: false }));
  serve('inline', await emitThreaded({ threads: true, inline: true }));
  serve('missing', { files: threaded.files.filter(({ path }) => !path.endsWith('.worker.js')) });
  serve('old', threaded);
  files.set('/old/net.worker.js', { content: bytesOf(await emitThreaded({ threads: true, seed: 2 }), '.worker.js'), headers: isolated });
  serve('dying', threaded);
  const worker = new TextDecoder().decode(bytesOf(threaded, '.worker.js'));
  files.set('/dying/net.worker.js', { content: worker.replace('runTask(stage, task)', 'stage === 3 && task === 1 ? (() => { throw new Error("out of luck"); })() : runTask(stage, task)'), headers: isolated });
  files.set('/', { content: '<!doctype html>', headers: { ...isolated, ...strict } });
  files.set('/free', { content: '<!doctype html>', headers: isolated });
  files.set('/open', { content: '<!doctype html>' });
  browser = await openBrowser(files);
}, 60_000);
afterAll(() => browser.close());

describe('a page that is isolated', () => {
  it('answers the same bits on 1 to 4 threads as a module without them', async () => {
    const page = await pageAt('/');
    const [, ...expected] = (await page.evaluate(answer('/plain/net.js', '{}'))) as number[];
    for (const threads of [1, 2, 3, 4]) expect(await page.evaluate(answer('/threads/net.js', `{ threads: ${threads} }`))).toEqual([threads, ...expected]);
  });

  it('runs a module that is one file', async () => {
    const page = await pageAt('/free');
    const [, ...expected] = (await page.evaluate(answer('/plain/net.js', '{}'))) as number[];
    expect(await page.evaluate(answer('/inline/net.js', '{ threads: 2 }'))).toEqual([2, ...expected]);
  });

  it.each([
    ['missing', /a thread has ended: its file cannot be loaded/],
    ['old', /the file of the workers is of build [\da-f]{12}, this module of build [\da-f]{12}/],
    ['dying', /a thread has ended: Error: out of luck\. Load the network again/],
  ])('hears of workers that are %s', async (folder, reason) => {
    await expect((await pageAt('/')).evaluate(answer(`/${folder}/net.js`, '{ threads: 2 }'))).rejects.toThrow(reason);
  });
});

it('a page that is not isolated is told the headers, and runs one thread', async () => {
  const page = await pageAt('/open');
  await expect(page.evaluate(answer('/threads/net.js', '{ threads: 2 }'))).rejects.toThrow(/Serve it with the headers "Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp"/);
  expect(((await page.evaluate(answer('/threads/net.js', '{}'))) as number[])[0]).toBe(1);
});
