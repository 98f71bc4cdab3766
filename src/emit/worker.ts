// The file of a module's workers, and what starts one. The file is a script without imports and exports, so that Node takes it
// whatever the package around it says.

import { header, importNode } from './module-text.ts';
import { quoted } from './literal.ts';
import type { Part } from './part.ts';
import { neededFunctions, type RuntimeFunction } from './runtime-functions.ts';

/** @param root The function of the runtime that a worker runs: it is given the build of the file, and what imports modules of Node. */
export function workerText(root: string, build: string, runtime: readonly RuntimeFunction[]): string {
  return `${[header, importNode, ...neededFunctions(runtime, [root]), `${root}(${quoted(build)}, importNode);`].join('\n\n')}\n`;
}

/** `startWorker()`. Bundlers know `new Worker(new URL('...', import.meta.url))` and take the file along. */
export function workerStartText(part: Part): string {
  const [inPage, inNode] =
    part.kind === 'beside'
      ? [`new URL(${quoted(part.file)}, import.meta.url)`, `new URL(${quoted(part.file)}, import.meta.url)`]
      : [`URL.createObjectURL(new Blob([atob(worker)], { type: 'text/javascript' }))`, `new URL('data:text/javascript;base64,' + worker)`];
  return [
    'async function startWorker() {',
    `  if (typeof Worker === 'function') return new Worker(${inPage}, { type: 'module' });`,
    "  const node = await importNode('node:worker_threads');",
    `  return new node.Worker(${inNode}, { execArgv: [] });`,
    '}',
  ].join('\n');
}
