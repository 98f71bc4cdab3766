// The files of a program for PyTorch that are the same for all. In a checkout they are read from its sources; the built package
// has them as a value in place of this file, made by .ci/build.mjs.

import { readdirSync, readFileSync } from 'node:fs';
import { packageFolder } from '../files/package-folder.ts';

/** Texts by their path in a program. */
export type TorchFiles = Readonly<Record<string, string>>;

export function torchFiles(): TorchFiles {
  const folder = new URL('src/torch/program/', packageFolder());
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  return Object.fromEntries(names.filter((name) => name.endsWith('.py')).toSorted().map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
}
