// A page in headless Chromium, with files served from memory.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import path from 'node:path';

/** What is used of playwright-core, which is installed beside gpu.js. */
export interface Page {
  readonly goto: (url: string) => Promise<unknown>;
  /** The value of an expression in the page; a promise is awaited. */
  readonly evaluate: (expression: string) => Promise<unknown>;
  readonly on: {
    (event: 'pageerror', listener: (error: Error) => void): void;
    (event: 'console', listener: (message: { readonly text: () => string }) => void): void;
    (event: 'request', listener: (request: { readonly url: () => string }) => void): void;
  };
}

/** How the page is looked at. */
export interface Viewing {
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
}

interface Browser {
  readonly newPage: (viewing?: Viewing) => Promise<Page>;
  readonly version: () => string;
  readonly close: () => Promise<void>;
}

interface Playwright {
  readonly chromium: { readonly launch: (options: object) => Promise<Browser> };
}

export const gpujsRequire: NodeJS.Require = createRequire(new URL('../gpujs/package.json', import.meta.url));

export interface ServedFile {
  readonly content: string | Uint8Array;
  /** Response headers besides the type, such as Content-Security-Policy. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OpenBrowser {
  readonly origin: string;
  /** Such as 156.0.8078.108. */
  readonly version: string;
  readonly newPage: (viewing?: Viewing) => Promise<Page>;
  readonly close: () => Promise<void>;
}

/** Debian's, or the one that is named. */
export const chromiumPath: string = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css', '.wasm': 'application/wasm',
};

/** @param files By path, `/` first. */
export async function openBrowser(files: Pick<ReadonlyMap<string, ServedFile>, 'get'>): Promise<OpenBrowser> {
  const server = createServer((request, response) => {
    const wanted = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = files.get(wanted);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[path.extname(wanted) || '.html'] ?? 'application/octet-stream', ...file.headers }).end(file.content);
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const { chromium } = gpujsRequire('playwright-core') as Playwright;
  // Root has no sandbox; WebGL 2 works without a GPU.
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    version: browser.version(),
    newPage: (viewing) => browser.newPage(viewing),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}
