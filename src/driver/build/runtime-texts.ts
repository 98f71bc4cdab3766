// The sources of the runtime, from which `emit` takes what a module needs.

import { readFileSync } from 'node:fs';
import { extname } from 'node:path';

export const runtimeNames: readonly string[] = ['numbers', 'files', 'net', 'gpujs-net'];

/** TypeScript in development, JavaScript in the package. */
export function runtimeTexts(): readonly string[] {
  return runtimeNames.map((name) => readFileSync(new URL(`../../runtime/${name}${extname(import.meta.url)}`, import.meta.url), 'utf8'));
}
