// What downloads share: an address's contents written to a file, how far that is, and what went wrong on the way.

import type { FileHandle } from 'node:fs/promises';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { makeFolder } from '../files/make-folder.ts';
import { messageOf, reasonOf } from '../../base/system-error.ts';

export interface DownloadProgress {
  readonly file: string;
  readonly mirror: string;
  readonly receivedBytes: number;
  /** Absent where the mirror does not say. */
  readonly totalBytes?: number;
}

export type OnProgress = (progress: DownloadProgress) => void;

export interface Receipt {
  readonly path: string;
  /** Of `path`, open for writing. */
  readonly file: FileHandle;
  /** What was received before and is in the file; the server is asked for the rest. */
  readonly from?: number;
  /** Of the whole. */
  readonly mostBytes: number;
  readonly onBytes: (received: number, total: number | undefined) => void;
}

/** @returns What went wrong, if anything; what has come until then, and may be part of the whole, is in the file. Fails with `data/not-writable`. */
export async function receive(url: string, receipt: Receipt): Promise<string | undefined> {
  const { path, file, from = 0, mostBytes, onBytes } = receipt;
  try {
    const response = await fetch(url, from > 0 ? { headers: { range: `bytes=${from}-` } } : {});
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      // What was received before is longer than what there is.
      if (response.status === 416 && from > 0) return await receive(url, { ...receipt, from: 0 });
      return `HTTP status ${response.status}`;
    }
    // Not every server knows of ranges: one that does not sends the whole.
    let at = response.status === 206 ? from : 0;
    if (at === 0) await empty(receipt);
    const length = response.headers.get('content-length');
    const total = length === null ? undefined : at + Number(length);
    for await (const chunk of response.body) {
      if (at + chunk.length > mostBytes) {
        await empty(receipt);
        return `more than the expected ${mostBytes} bytes`;
      }
      at += await write(file, path, chunk, at);
      onBytes(at, total);
    }
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    // `fetch` hides the reason in the cause; a refused connection to several addresses hides it deeper.
    const cause = error instanceof Error ? error.cause : undefined;
    const reason = cause instanceof AggregateError ? cause.errors[0] : cause;
    return messageOf(reason ?? error);
  }
}

async function empty({ path, file }: Pick<Receipt, 'path' | 'file'>): Promise<void> {
  await file.truncate(0).catch((error: unknown) => notWritable(path, error));
}

async function write(file: FileHandle, path: string, chunk: Uint8Array, position: number): Promise<number> {
  for (let written = 0; written < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written).catch((error: unknown) => notWritable(path, error));
    written += bytesWritten;
  }
  return chunk.length;
}

/** Those that had to be made, innermost first. Fails with `data/not-writable`. */
export function foldersFor(directory: string): readonly string[] {
  try {
    return makeFolder(directory);
  } catch (error) {
    return notWritable(directory, error);
  }
}

export function notWritable(path: string, error: unknown): never {
  fail(dataDiagnostics['not-writable']({ args: [path, reasonOf(error)], help: 'name another folder with --data' }));
}
