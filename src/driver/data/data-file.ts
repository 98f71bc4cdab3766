// Reads data files, plain or gzipped, turning failures of the file system into diagnostics. How long a file is says
// its header; what is longer, or would not fit, is refused before it is read or unpacked.

import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { fail } from '../../base/diagnostic.ts';
import type { ArrayFormat, ArrayHeader } from '../../data/formats/array-file.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { irregularity, openWithoutWaiting } from '../files/regular-file.ts';
import { codeOf, messageOf, reasonOf } from '../../base/system-error.ts';

const maxFile = 2 ** 31;

/** Those that there are of a file, the one that is read first: the plain one before the packed one. */
export function copiesOf(folder: string, file: string): readonly string[] {
  return [join(folder, file), join(folder, `${file}.gz`)].filter((path) => existsSync(path));
}

/** Nothing in it can be read by position. */
export function isPacked(path: string): boolean {
  return path.endsWith('.gz');
}

/** The header of a file, of which no more than that is read. Fails with `data/*` diagnostics. */
export async function readHeader(path: string, { header, headBytes }: ArrayFormat): Promise<ArrayHeader> {
  return header(path, await readHead(path, headBytes));
}

/**
 * The contents in shared memory, unpacked where the name ends in `.gz`.
 * @param expected Their length, as their header tells or as is known beforehand.
 * @param into Where they are to lie, so many bytes; absent: in memory of their own.
 * Fails with `data/unreadable`, `data/corrupt`, `data/too-large`, `data/length`, `data/too-long`.
 */
export async function readDataFile(path: string, expected: number, help = 'save or fetch the file again', into?: Uint8Array): Promise<Uint8Array> {
  if (expected > maxFile) tooLarge(path, expected, maxFile);
  const packed = isPacked(path);
  const { size } = packed ? await statOfFile(path) : await checkLength(path, expected, help);
  const bytes = packed ? await unpack(path, size, expected, help, into) : await readPart(path, size, into);
  if (bytes.length !== expected) fail(dataDiagnostics.length({ args: [path, bytes.length, expected], help }));
  return bytes;
}

/** What the file system knows of a file of which more is not read yet. */
interface FileStat {
  /** In bytes. */
  readonly size: number;
  /** When it was last written to, in milliseconds since 1970. */
  readonly modified: number;
}

/** Fails with `data/unreadable`, and with `data/length` where the file as it is stored has not the `expected` bytes. */
export async function checkLength(path: string, expected: number, help = 'save or fetch the file again'): Promise<FileStat> {
  const found = await statOfFile(path);
  if (found.size !== expected) fail(dataDiagnostics.length({ args: [path, found.size, expected], help }));
  return found;
}

async function statOfFile(path: string): Promise<FileStat> {
  const { handle, ...found } = await openRegular(path);
  await handle.close();
  return found;
}

/** Deflate packs at most 1032 to 1, so that a small file cannot promise a large buffer. */
const mostUnpacked = 1032;

/** Piece by piece into one buffer: the packed and the unpacked file are never in memory whole at once. */
async function unpack(path: string, packedBytes: number, expected: number, help: string, into?: Uint8Array): Promise<Uint8Array> {
  const buffer = into ?? sharedBytes(Math.min(expected, packedBytes * mostUnpacked));
  let length = 0;
  for await (const chunk of contentsOf(path, true, help)) {
    if (length + chunk.length > buffer.length) fail(dataDiagnostics['too-long']({ args: [path, expected], help }));
    buffer.set(chunk, length);
    length += chunk.length;
  }
  return buffer.subarray(0, length);
}

/** Shared memory, so that threads read samples where they were read to. */
export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** At least `length` bytes from the beginning of the contents, or all of them. */
async function readHead(path: string, length: number): Promise<Uint8Array> {
  if (!isPacked(path)) return readPart(path, length);
  const chunks: Uint8Array[] = [];
  let found = 0;
  for await (const chunk of contentsOf(path)) {
    chunks.push(chunk);
    found += chunk.length;
    if (found >= length) break;
  }
  return Buffer.concat(chunks);
}

/** The contents in pieces, unpacked where they are packed. Fails with `data/unreadable`, `data/corrupt`. */
export async function* contentsOf(path: string, packed: boolean = isPacked(path), help = 'fetch the file again'): AsyncGenerator<Uint8Array> {
  const { handle } = await openRegular(path);
  const file = handle.createReadStream();
  // In large pieces, since each is a turn of the event loop.
  const gunzip = packed ? createGunzip({ chunkSize: 2 ** 18 }) : undefined;
  if (gunzip) file.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  try {
    for await (const chunk of (gunzip ?? file) as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    if (!codeOf(error)?.startsWith('Z_')) unreadable(path, error);
    fail(
      dataDiagnostics.corrupt({
        args: [path, `data that does not unpack (${messageOf(error)})`, 'a whole gzip file'],
        help,
      }),
    );
  } finally {
    file.destroy();
  }
}

/** At most `length` bytes from the beginning. */
export async function readPart(path: string, length: number, into?: Uint8Array): Promise<Uint8Array> {
  const { handle } = await openRegular(path);
  return readFrom(path, handle, length, into);
}

/** All bytes as they are stored. Fails with `data/unreadable`, and with `data/too-large` beyond `most`. */
export async function readWhole(path: string, most: number): Promise<Uint8Array> {
  const { handle, size } = await openRegular(path);
  if (size <= most) return readFrom(path, handle, size);
  await handle.close();
  return tooLarge(path, size, most);
}

/** Closes the file. */
async function readFrom(path: string, handle: FileHandle, length: number, into?: Uint8Array): Promise<Uint8Array> {
  try {
    const buffer = into ?? sharedBytes(length);
    let end = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, end, length - end, end);
      end += bytesRead;
      if (bytesRead === 0 || end === length) return buffer.subarray(0, end);
    }
  } catch (error) {
    return unreadable(path, error);
  } finally {
    await handle.close();
  }
}

async function openRegular(path: string): Promise<FileStat & { readonly handle: FileHandle }> {
  const handle = await open(path, openWithoutWaiting).catch((error: unknown) => unreadable(path, error));
  const found = await handle.stat();
  const irregular = irregularity(found);
  if (irregular === undefined) return { handle, size: found.size, modified: found.mtimeMs };
  await handle.close();
  return fail(dataDiagnostics.unreadable({ args: [path, irregular] }));
}

function tooLarge(path: string, size: number, most: number): never {
  fail(dataDiagnostics['too-large']({ args: [path, `${size} bytes`, `${most} bytes`] }));
}

export function unreadable(path: string, error: unknown): never {
  fail(dataDiagnostics.unreadable({ args: [path, reasonOf(error)] }));
}
