// The functions of the runtime, from which `emit` takes what a module needs. In a checkout they are read from its
// sources. The built package has them as a value in place of this file, made by .ci/build.mjs: so it needs no
// compiler of TypeScript, which would take most of a second to load.

import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { RuntimeFunction } from '../../emit/runtime-functions.ts';
import { packageFolder } from '../files/package-folder.ts';
import { parseRuntime } from './parse-runtime.ts';

export const runtimeNames: readonly string[] = ['numbers', 'files', 'net', 'ports', 'wasm', 'thread-count', 'barrier', 'threads', 'gpujs-net', 'widen'];

/** TypeScript in a checkout, JavaScript where the build reads them. */
export function runtimeTexts(): readonly string[] {
  const kind = extname(import.meta.url);
  const folder = new URL(kind === '.ts' ? 'src/runtime/' : 'dist/runtime/', packageFolder());
  return runtimeNames.map((name) => readFileSync(new URL(`${name}${kind}`, folder), 'utf8'));
}

let functions: Promise<readonly RuntimeFunction[]> | undefined;

export function runtimeFunctions(): Promise<readonly RuntimeFunction[]> {
  return (functions ??= parseRuntime(runtimeTexts()));
}
