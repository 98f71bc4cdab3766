// What package.json says of the compiler.

import { readFileSync } from 'node:fs';
import { packageFolder } from '../files/package-folder.ts';

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

function manifest(): Manifest {
  return JSON.parse(readFileSync(new URL('package.json', packageFolder()), 'utf8')) as Manifest;
}

export function compilerVersion(): string {
  return manifest().version;
}

/** The oldest Node that runs the compiler, such as `22.12`. */
export function oldestNode(): string {
  return manifest().engines.node.replace('>=', '');
}
