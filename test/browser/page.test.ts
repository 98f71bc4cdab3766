// The page of examples/embed in Chromium, under the strictest policy that each target allows.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder, weightsOf } from '../cli/support.ts';
import { openBrowser } from './chromium.ts';
import type { OpenBrowser, Page, ServedFile } from './chromium.ts';
import { safetensorsFile } from '../safetensors-file.ts';

const examples = path.join(import.meta.dirname, '../../examples');
const source = path.join(examples, 'demo.ssl');
const policies = { wasm: "script-src 'self' 'wasm-unsafe-eval'", js: "script-src 'self'" } as const;
/** The version of the code that runs, by what `load` is given; JavaScript has one, without a name. */
const versions = {
  wasm: [['', 'relaxed'], ['{ relaxed: true }', 'relaxed'], ['{ relaxed: false }', 'strict']],
  js: [['', undefined]],
} as const;

interface Screen {
  readonly setViewportSize: (size: { readonly width: number; readonly height: number }) => Promise<void>;
  readonly mouse: { readonly move: (x: number, y: number) => Promise<void>; readonly down: () => Promise<void>; readonly up: () => Promise<void> };
}

async function pageFiles(target: keyof typeof policies): Promise<ReadonlyMap<string, ServedFile>> {
  const [folder, weights] = [temporaryFolder(), path.join(temporaryFolder(), 'w.safetensors')];
  writeFileSync(weights, safetensorsFile(weightsOf(readFileSync(source, 'utf8'))));
  await runCli(['build', source, '--weights', weights, '--target', target, '--out', folder]);
  const embed = path.join(examples, 'embed');
  const files = [folder, embed].flatMap((place) => readdirSync(place).map((name) => [name, readFileSync(path.join(place, name))] as const));
  const headers = { 'content-security-policy': policies[target] };
  return new Map(files.map(([name, content]) => [name === 'index.html' ? '/' : `/${name}`, { content, headers }]));
}

describe.each(['wasm', 'js'] as const)('%s', (target) => {
  let browser: OpenBrowser;
  let page: Page & Screen;
  const errors: string[] = [];
  const text = async (selector: string): Promise<string> => String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`));
  const shares = async (): Promise<readonly number[]> => (await page.evaluate("[...document.querySelectorAll('#scores progress')].map((bar) => bar.value)")) as number[];

  beforeAll(async () => {
    browser = await openBrowser(await pageFiles(target));
    page = (await browser.newPage()) as Page & Screen;
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(browser.origin);
    await page.evaluate("new Promise((ready) => { const look = () => (document.querySelector('#scores li') || !document.querySelector('#problem').hidden ? ready() : setTimeout(look, 20)); look(); })");
  });
  afterAll(() => browser.close());

  it('answers with ten shares and a time', async () => {
    expect(await text('#problem')).toBe('');
    const found = await shares();
    expect(found).toHaveLength(10);
    expect(found.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
    expect(await text('#guess')).toBe(String(found.indexOf(Math.max(...found))));
    expect(await text('#time')).toMatch(/^\d+\.\d µs$/);
  });

  it.each<readonly [options: string, version: string | undefined]>(versions[target])('runs, by load(%s), the version of the code %s', async (options, version) => {
    const meta = await page.evaluate(`import('/lenet.js').then(({ load }) => load(${options})).then((net) => net.meta)`);
    expect(meta).toMatchObject({ target });
    expect((meta as { readonly runs?: unknown }).runs).toBe(version);
  });

  it('reads what is drawn with the mouse', async () => {
    const before = await shares();
    const { x, y, size } = (await page.evaluate("(({ left, top, width }) => ({ x: left, y: top, size: width }))(document.querySelector('#paper').getBoundingClientRect())")) as { x: number; y: number; size: number };
    await page.mouse.move(x + 0.3 * size, y + 0.2 * size);
    await page.mouse.down();
    await page.mouse.move(x + 0.7 * size, y + 0.2 * size);
    await page.mouse.move(x + 0.45 * size, y + 0.8 * size);
    await page.mouse.up();
    expect(await shares()).not.toEqual(before);
  });

  it('clears, and shows examples from the keyboard', async () => {
    await page.evaluate("document.querySelector('#clear').click()");
    expect(await shares()).toEqual(Array.from({ length: 10 }, () => 0));
    expect(await text('#guess')).toBe('–');
    await page.evaluate("document.querySelectorAll('#examples button')[8].click()");
    expect((await shares()).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
    expect(await page.evaluate("[...document.querySelectorAll('button')].every((button) => button.tabIndex === 0)")).toBe(true);
  });

  it.each([[390, 844], [360, 640], [844, 390], [1280, 800]])('shows the answer without scrolling on %i x %i', async (width, height) => {
    await page.setViewportSize({ width, height });
    const [bottom, across] = (await page.evaluate("[document.querySelector('#guess').getBoundingClientRect().bottom + scrollY, document.documentElement.scrollWidth]")) as [number, number];
    expect(bottom).toBeLessThan(height);
    expect(across).toBeLessThanOrEqual(width);
  });

  it('breaks no policy', () => {
    expect(errors).toEqual([]);
  });
});
