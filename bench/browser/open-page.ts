// Headless Chromium at the page of suite `browser`, driven from Node.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../arguments.ts';
import { installLocked } from '../install.ts';
import { peakLoopBytes } from '../peak.ts';
import { chromiumPath, openBrowser } from '../../test/browser/chromium.ts';
import { pack } from './packed.ts';
import type { PageBench, PageCase } from './parts.ts';
import { openSite, pageModule } from './site.ts';

export interface OpenPage {
  /** Such as `Chromium 156.0.8078.108`. */
  readonly browser: string;
  readonly peaks: () => Promise<ReturnType<PageBench['peaks']>>;
  readonly runCase: (pageCase: PageCase) => ReturnType<PageBench['runCase']>;
  /** Serves a file until the page closes. */
  readonly serve: (address: string, content: string | Uint8Array) => void;
  readonly close: () => Promise<void>;
}

/**
 * Installs the driver of the browser if need be.
 * @throws UsageError where there is no browser.
 */
export async function openPage(progress: (line: string) => void): Promise<OpenPage> {
  if (!existsSync(chromiumPath)) throw new UsageError(`there is no Chromium at ${chromiumPath}: install it, or say where it is with CHROMIUM=path`);
  installLocked(join(import.meta.dirname, '../../test/gpujs'), () => progress('installing the driver of the browser (190 MB)'));
  const site = await openSite();
  const browser = await openBrowser(site);
  const page = await browser.newPage();
  page.on('pageerror', (error) => progress(error.message));
  await page.goto(browser.origin);

  /** Calls a function of the page's module with the address of `argument`, which is served as long. */
  const call = async <Name extends keyof PageBench>(name: Name, argument?: unknown): Promise<Awaited<ReturnType<PageBench[Name]>>> => {
    const address = `/argument/${name}`;
    if (argument !== undefined) site.serve(address, pack(argument));
    try {
      return (await page.evaluate(`import('${pageModule}').then(({ ${name} }) => ${name}('${address}'))`)) as Awaited<ReturnType<PageBench[Name]>>;
    } finally {
      site.drop(address);
    }
  };
  await call('start', await peakLoopBytes());
  return {
    browser: `Chromium ${browser.version}`,
    peaks: () => call('peaks'),
    runCase: (pageCase) => call('runCase', pageCase),
    serve: site.serve,
    close: browser.close,
  };
}
