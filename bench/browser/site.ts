// What the page of suite `browser` is served: itself, the packages of peers, and the files of the case it is at.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import type { ServedFile } from '../../test/browser/chromium.ts';

/** Isolated from other sites, a page has clocks that tell five microseconds apart, not a hundred. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

const packagesFolder = path.join(import.meta.dirname, '../node_modules');

/** @litertjs/core imports it by this name. */
const imports = { '@litertjs/wasm-utils': '/packages/@litertjs/wasm-utils/dist/index.js' };

/** The address of the page's module. */
export const pageModule = '/page.js';

export interface Site {
  readonly get: (address: string) => ServedFile | undefined;
  /** Served at this address from now on. */
  readonly serve: (address: string, content: string | Uint8Array) => void;
  /** Is served no longer. */
  readonly drop: (address: string) => void;
}

export async function openSite(): Promise<Site> {
  const files = new Map<string, string | Uint8Array>([
    ['/', `<!doctype html><title>ssl-compile bench</title><script type="importmap">${JSON.stringify({ imports })}</script>`],
    [pageModule, await bundlePage()],
  ]);
  return {
    get: (address) => {
      const content = files.get(address) ?? packageFile(address);
      return content === undefined ? undefined : { content, headers: { ...isolation, ...(address.endsWith('.mjs') && { 'content-type': 'text/javascript' }) } };
    },
    serve: (address, content) => files.set(address, content),
    drop: (address) => files.delete(address),
  };
}

function packageFile(address: string): Uint8Array | undefined {
  const file = path.join(packagesFolder, address.replace(/^\/packages\//, ''));
  return address.startsWith('/packages/') && existsSync(file) ? readFileSync(file) : undefined;
}

/** page.ts and what it imports as one module. */
async function bundlePage(): Promise<string> {
  const bundle = await rolldown({ input: path.join(import.meta.dirname, 'page.ts'), platform: 'browser' });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  return output[0].code;
}
