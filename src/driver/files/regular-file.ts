// Files that users name, opened only where they are regular: a device may never end and a pipe may never
// begin, and neither has a size to judge by before anything is read.

import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { reasonOf } from '../../base/system-error.ts';
import { fileDiagnostics } from '../diagnostics.ts';

export interface RegularFile {
  /** In bytes, when it was opened. */
  readonly size: number;
  /** At most `length` bytes from `position` on; fewer where the file ends before. */
  readonly read: (position: number, length: number) => Buffer<ArrayBuffer>;
}

/** Without it, opening a pipe that nobody writes to would wait for a writer. Windows has no such pipes. */
export const openWithoutWaiting: number = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Why something that is no regular file is not read, in words; undefined for a regular file. */
export function irregularity(found: Pick<Stats, 'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket'>): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return 'it is a folder';
  const kind = found.isFIFO() ? 'pipe' : found.isSocket() ? 'socket' : 'device';
  return `it is a ${kind}, expected a regular file`;
}

/**
 * Opens a regular file for as long as `use` runs, so that its beginning can be judged before the rest is read.
 * @throws DiagnosticError `file/unreadable`
 */
export function withRegularFile<T>(path: string, use: (file: RegularFile) => T): T {
  const descriptor = reading(path, () => openSync(path, openWithoutWaiting));
  try {
    const found = reading(path, () => fstatSync(descriptor));
    const irregular = irregularity(found);
    if (irregular !== undefined) fail(fileDiagnostics.unreadable({ args: [path, irregular] }));
    return use({ size: found.size, read: (position, length) => reading(path, () => readFully(descriptor, position, length)) });
  } finally {
    closeSync(descriptor);
  }
}

/** The whole of a file of at most `most` bytes. @throws DiagnosticError `file/unreadable`, `file/too-large` */
export function readRegularFile(path: string, most: number): Buffer<ArrayBuffer> {
  return withRegularFile(path, ({ size, read }) => {
    if (size > most) fail(fileDiagnostics['too-large']({ args: [path, size, most] }));
    return read(0, size);
  });
}

/** Bytes hashed at a time. */
const piece = 2 ** 22;

/** In hex. */
export function sha256Of({ size, read }: RegularFile): string {
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += piece) hash.update(read(at, Math.min(piece, size - at)));
  return hash.digest('hex');
}

function readFully(descriptor: number, position: number, length: number): Buffer<ArrayBuffer> {
  // Not from the pool that small buffers share: views onto the bytes may be kept.
  const buffer = Buffer.alloc(length);
  let end = 0;
  while (end < length) {
    const count = readSync(descriptor, buffer, end, length - end, position + end);
    if (count === 0) break;
    end += count;
  }
  return buffer.subarray(0, end);
}

function reading<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return fail(fileDiagnostics.unreadable({ args: [path, reasonOf(error)] }));
  }
}
