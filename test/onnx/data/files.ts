// The real files that this suite reads: official node tests and models, in the folder `onnx` of SSL_DATA.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const data = process.env['SSL_DATA'];
export const folder: string | undefined = data !== undefined && existsSync(join(data, 'onnx')) ? join(data, 'onnx') : undefined;

if (folder === undefined) console.warn('skipped: SSL_DATA names no folder with `onnx/node-tests` and `onnx/models`');

/** Relative to `folder`, in order. */
export function filesOf(pattern: string): readonly string[] {
  return folder === undefined ? [] : globSync(pattern, { cwd: folder }).map((file) => file.replaceAll('\\', '/')).toSorted();
}

export function bytesOf(file: string): Uint8Array {
  const bytes = readFileSync(join(folder ?? '', file));
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
