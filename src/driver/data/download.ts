// Fetches published data sets: each file from the first mirror that has it whole, put in place only when
// its checksum is right.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { didYouMean } from '../../base/suggest.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { mnistFiles, mnistMirrors } from '../../data/mnist.ts';
import type { PublishedFile } from '../../data/mnist.ts';
import { contentsOf } from './data-file.ts';
import { messageOf, reasonOf } from '../files/system-error.ts';
import { makeFolder, removeEmpty } from '../files/make-folder.ts';

/** Bytes by which a packed file may exceed its contents. */
const slack = 65_536;

export interface DownloadProgress {
  readonly file: string;
  readonly mirror: string;
  readonly receivedBytes: number;
  /** Absent where the mirror does not say. */
  readonly totalBytes?: number;
}

export type OnProgress = (progress: DownloadProgress) => void;

/**
 * Puts the files of a published data set into `directory` as `<name>.gz`, leaving files that are there and
 * right. Returns their paths. Fails with `data/no-download`, `data/download` or `data/not-writable`.
 */
export async function downloadDataset(
  name: string,
  directory: string,
  onProgress: OnProgress = () => {},
  mirrors: readonly string[] = mnistMirrors,
): Promise<readonly string[]> {
  if (name === 'mnist') return downloadFiles(mnistFiles, directory, onProgress, mirrors);
  const builtIn = name === 'digits';
  return fail(
    dataDiagnostics['no-download']({
      args: [name],
      help: builtIn ? 'ssl-compile draws the digits itself: `train on digits` needs no files' : didYouMean(name, ['mnist']),
    }),
  );
}

/** The same for any list of files. */
export async function downloadFiles(
  files: readonly PublishedFile[],
  directory: string,
  onProgress: OnProgress,
  mirrors: readonly string[],
): Promise<readonly string[]> {
  const made = foldersFor(directory);
  const paths: string[] = [];
  try {
    for (const file of files) {
      const [plain, packed] = [join(directory, file.name), join(directory, `${file.name}.gz`)];
      const present = await firstRight([plain, packed], file);
      if (present === undefined) await downloadFile(file, packed, onProgress, mirrors);
      paths.push(present ?? packed);
    }
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
  return paths;
}

function foldersFor(directory: string): readonly string[] {
  try {
    return makeFolder(directory);
  } catch (error) {
    return notWritable(directory, error);
  }
}

async function firstRight(paths: readonly string[], file: PublishedFile): Promise<string | undefined> {
  for (const path of paths) if (existsSync(path) && (await faultOf(path, file)) === undefined) return path;
  return undefined;
}

async function downloadFile(file: PublishedFile, path: string, onProgress: OnProgress, mirrors: readonly string[]): Promise<void> {
  const failures: string[] = [];
  // The name keeps its end, by which the check knows that it is packed.
  const temporary = path.replace(/\.gz$/, `.${process.pid}.partial.gz`);
  try {
    for (const mirror of mirrors) {
      const url = new URL(`${file.name}.gz`, mirror).href;
      const failure =
        (await receive(url, temporary, file.bytes + slack, (receivedBytes, totalBytes) =>
          onProgress({ file: `${file.name}.gz`, mirror, receivedBytes, ...(totalBytes !== undefined && { totalBytes }) }),
        )) ?? (await faultOf(temporary, file));
      if (failure === undefined) {
        await rename(temporary, path).catch((error: unknown) => notWritable(path, error));
        return;
      }
      failures.push(`${url}: ${failure}`);
    }
  } finally {
    await rm(temporary, { force: true });
  }
  fail(
    dataDiagnostics.download({
      args: [`${file.name}.gz`, failures.join('; ')],
      help: `without a network, put ${file.name} or ${file.name}.gz at ${path.replace(/\.gz$/, '[.gz]')} by hand, and the other files beside it`,
    }),
  );
}

/** Writes what `url` serves to `path`; returns what went wrong on the way, if anything. */
async function receive(
  url: string,
  path: string,
  maxBytes: number,
  onBytes: (received: number, total: number | undefined) => void,
): Promise<string | undefined> {
  const target = await open(path, 'w').catch((error: unknown) => notWritable(path, error));
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      return `HTTP status ${response.status}`;
    }
    const length = response.headers.get('content-length');
    let received = 0;
    for await (const chunk of response.body) {
      received += chunk.length;
      if (received > maxBytes) return `more than the expected ${maxBytes} bytes`;
      await target.writeFile(chunk).catch((error: unknown) => notWritable(path, error));
      onBytes(received, length === null ? undefined : Number(length));
    }
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    // `fetch` hides the reason in the cause; a refused connection to several addresses hides it deeper.
    const cause = error instanceof Error ? error.cause : undefined;
    const reason = cause instanceof AggregateError ? cause.errors[0] : cause;
    return messageOf(reason ?? error);
  } finally {
    await target.close();
  }
}

/** What is wrong with the file at `path`, plain or packed; undefined for the published file. */
async function faultOf(path: string, file: PublishedFile): Promise<string | undefined> {
  const hash = createHash('md5');
  let bytes = 0;
  try {
    for await (const chunk of contentsOf(path)) {
      bytes += chunk.length;
      if (bytes > file.bytes) return `found more than the expected ${file.bytes} bytes unpacked`;
      hash.update(chunk);
    }
  } catch (error) {
    const damaged = error instanceof DiagnosticError && error.diagnostics[0]?.code === 'data/corrupt';
    return damaged ? 'what it serves does not unpack, or breaks off' : messageOf(error);
  }
  if (bytes !== file.bytes) return `found ${bytes} bytes unpacked, expected ${file.bytes}`;
  const md5 = hash.digest('hex');
  return md5 === file.md5 ? undefined : `found md5 ${md5}, expected ${file.md5}`;
}

function notWritable(path: string, error: unknown): never {
  fail(
    dataDiagnostics['not-writable']({
      args: [path, reasonOf(error)],
      help: 'name another folder with --data',
    }),
  );
}
