// Fetches a data set that is published file by file: each from the first mirror that has it whole, put in place only
// when its checksum is right.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import type { PublishedFile } from '../../data/mnist.ts';
import { removeEmpty } from '../files/make-folder.ts';
import { messageOf } from '../../base/system-error.ts';
import { contentsOf } from './data-file.ts';
import { foldersFor, notWritable, receive } from './receive.ts';
import type { OnProgress, Receipt } from './receive.ts';

/** Bytes by which a packed file may exceed its contents. */
const slack = 65_536;

/**
 * Puts each file into `directory` as `<name>.gz`, leaving files that are there and right. Returns their paths. Fails
 * with `data/download` or `data/not-writable`.
 */
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
      if (await isRight(plain, file)) {
        paths.push(plain);
        continue;
      }
      if (!(await isRight(packed, file))) await downloadFile(file, packed, onProgress, mirrors);
      // A damaged plain copy would be read before the packed one.
      await rm(plain, { force: true }).catch((error: unknown) => notWritable(plain, error));
      paths.push(packed);
    }
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
  return paths;
}

async function isRight(path: string, file: PublishedFile): Promise<boolean> {
  return existsSync(path) && (await faultOf(path, file)) === undefined;
}

async function downloadFile(file: PublishedFile, path: string, onProgress: OnProgress, mirrors: readonly string[]): Promise<void> {
  const failures: string[] = [];
  // The name keeps its end, by which the check knows that it is packed.
  const temporary = path.replace(/\.gz$/, `.${process.pid}.partial.gz`);
  try {
    for (const mirror of mirrors) {
      const url = new URL(`${file.name}.gz`, mirror).href;
      const onBytes = (receivedBytes: number, totalBytes: number | undefined): void => onProgress({ file: `${file.name}.gz`, mirror, receivedBytes, ...(totalBytes !== undefined && { totalBytes }) });
      const failure = (await receiveNew(url, temporary, file.bytes + slack, onBytes)) ?? (await faultOf(temporary, file));
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
      help: `to do without the download, put ${file.name} or ${file.name}.gz at ${path.replace(/\.gz$/, '[.gz]')} by hand, and the other files beside it`,
    }),
  );
}

async function receiveNew(url: string, path: string, mostBytes: number, onBytes: Receipt['onBytes']): Promise<string | undefined> {
  const file = await open(path, 'w').catch((error: unknown) => notWritable(path, error));
  try {
    return await receive(url, { path, file, mostBytes, onBytes });
  } finally {
    await file.close();
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
