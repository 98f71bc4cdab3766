// The sources of the runtime, from which `emit` takes what a module needs.

import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { packageFolder } from '../files/package-folder.ts';

export const runtimeNames: readonly string[] = ['numbers', 'files', 'net', 'wasm', 'gpujs-net'];

/** TypeScript in development, JavaScript in the package. */
export function runtimeTexts(): readonly string[] {
  const kind = extname(import.meta.url);
  const folder = new URL(kind === '.ts' ? 'src/runtime/' : 'dist/runtime/', packageFolder());
  return runtimeNames.map((name) => readFileSync(new URL(`${name}${kind}`, folder), 'utf8'));
}
