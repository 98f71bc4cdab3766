// Emitted modules in folders of their own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import type { EmittedModule } from '../../src/emit/emit-module.ts';
import type { Net } from '../../src/runtime/net.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A folder that is removed after the tests of the file. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ssl-compile-emit-'));
  folders.push(folder);
  return folder;
}

/** Writes the files to a folder of their own; answers the path of the ES module. */
export function written({ files }: EmittedModule): string {
  const folder = newFolder();
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  for (const { path: name, content } of files) writeFileSync(path.join(folder, name), content);
  return path.join(folder, files[0]?.path ?? '');
}

export interface Loaded {
  readonly load: (options?: object) => Promise<Net>;
}

export async function imported(module: EmittedModule): Promise<Loaded> {
  return (await import(pathToFileURL(written(module)).href)) as Loaded;
}

const contentOf = ({ files }: EmittedModule, extension: string): string | Uint8Array<ArrayBuffer> => present(files.find((file) => file.path.endsWith(extension)), extension).content;

export const textOf = (module: EmittedModule, extension: string): string => String(contentOf(module, extension));
export const bytesOf = (module: EmittedModule, extension: string): Uint8Array<ArrayBuffer> => contentOf(module, extension) as Uint8Array<ArrayBuffer>;

/** Rounded as far as single precision goes. */
export const rounded = (values: ArrayLike<number>): number[] => Array.from(values, (value) => Math.round(value * 1e5) / 1e5 + 0);
