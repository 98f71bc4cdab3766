// Reads one data file, plain or gzipped, turning failures of the file system into diagnostics.

import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { fail } from '../base/diagnostic.ts';
import { dataDiagnostics } from '../data/diagnostics.ts';
import { codeOf, messageOf, reasonOf } from './system-error.ts';

const maxFile = 2 ** 31;

/** The contents in shared memory, unpacked where the name ends in `.gz`. Fails with `data/unreadable`, `data/corrupt`, `data/too-large`. */
export async function readDataFile(path: string): Promise<Uint8Array> {
  const size = await stat(path).then((found) => found.size, (error: unknown) => unreadable(path, error));
  if (size > maxFile) tooLarge(path, size);
  if (!path.endsWith('.gz')) return readPart(path, 0, size);
  return gunzipFile(path, size);
}

/** Shared memory, so that threads read samples where they were read to. */
function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** What the end of a file promises is believed up to here; the end of a truncated file is any number. */
const maxPromise = 2 ** 28;

/**
 * Unpacks piece by piece into one buffer of the size that the end of the file promises: the packed and the
 * unpacked file are never in memory whole at once, nor, up to `maxPromise`, is the unpacked one there twice.
 */
async function gunzipFile(path: string, size: number): Promise<Uint8Array> {
  // Deflate packs at most 1032 to 1, so that a small file cannot promise a large buffer.
  let buffer = sharedBytes(Math.min(await lastWord(path, size), size * 1032, maxPromise));
  let length = 0;
  for await (const chunk of contentsOf(path)) {
    if (length + chunk.length > buffer.length) {
      // More than was believed, or several gzip members in a row: the last one's size says nothing about the whole.
      if (length + chunk.length > maxFile) tooLarge(path, length + chunk.length);
      const larger = sharedBytes(Math.min(maxFile, Math.max(2 * buffer.length, length + chunk.length)));
      larger.set(buffer.subarray(0, length));
      buffer = larger;
    }
    buffer.set(chunk, length);
    length += chunk.length;
  }
  return buffer.subarray(0, length);
}

/** The contents in pieces, unpacked where the name ends in `.gz`. Fails as {@link readDataFile} does. */
export async function* contentsOf(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  const gunzip = path.endsWith('.gz') ? createGunzip() : undefined;
  if (gunzip) file.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  try {
    for await (const chunk of (gunzip ?? file) as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    if (!codeOf(error)?.startsWith('Z_')) unreadable(path, error);
    fail(
      dataDiagnostics.corrupt({
        args: [path, `data that does not unpack (${messageOf(error)})`, 'a whole gzip file'],
        help: 'fetch the file again',
      }),
    );
  } finally {
    file.destroy();
  }
}

/** gzip ends with the unpacked size modulo 2^32, little-endian. */
async function lastWord(path: string, size: number): Promise<number> {
  const tail = await readPart(path, Math.max(0, size - 4), 4);
  return tail.length < 4 ? 0 : new DataView(tail.buffer, tail.byteOffset, 4).getUint32(0, true);
}

/** At most `length` bytes from `position` on. */
export async function readPart(path: string, position: number, length: number): Promise<Uint8Array> {
  const file = await open(path).catch((error: unknown) => unreadable(path, error));
  try {
    const buffer = sharedBytes(length);
    let end = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, end, length - end, position + end);
      end += bytesRead;
      if (bytesRead === 0 || end === length) return buffer.subarray(0, end);
    }
  } catch (error) {
    return unreadable(path, error);
  } finally {
    await file.close();
  }
}

function tooLarge(path: string, size: number): never {
  fail(dataDiagnostics['too-large']({ args: [path, `${size} bytes`, `${maxFile} bytes`] }));
}

export function unreadable(path: string, error: unknown): never {
  fail(dataDiagnostics.unreadable({ args: [path, reasonOf(error)] }));
}
