// Fetches a data set that is published as one archive. The archive is kept until it is whole, so that a download that
// broke off goes on; its files are put in place only when its checksum is right and all of them have been unpacked.

import { createHash } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import type { PublishedArchive } from '../../data/cifar10.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { contentsOf, copiesOf, readDataFile } from './data-file.ts';
import { removeEmpty } from '../files/make-folder.ts';
import { foldersFor, notWritable, receive } from './receive.ts';
import type { OnProgress } from './receive.ts';
import { tarMembers } from './tar-members.ts';

/**
 * Puts the files of the archive into `directory`, leaving those that are there and right. Returns their paths. Fails
 * with `data/download`, `data/not-writable`, or what is wrong with the archive.
 */
export async function downloadArchive(archive: PublishedArchive, directory: string, onProgress: OnProgress, mirrors: readonly string[]): Promise<readonly string[]> {
  const made = foldersFor(directory);
  try {
    const wanted: string[] = [];
    for (const name of archive.files) if (!(await isRight(present(directory, name), archive))) wanted.push(name);
    if (wanted.length > 0) {
      const packed = join(directory, `${archive.name}.partial`);
      await fetchArchive(archive, packed, onProgress, mirrors, directory);
      await unpack(archive, packed, wanted, directory);
      await rm(packed, { force: true });
    }
    return archive.files.map((name) => present(directory, name));
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
}

/** The copy that is read where there are two. */
function present(directory: string, name: string): string {
  return copiesOf(directory, name)[0] ?? join(directory, name);
}

async function isRight(path: string, { fileBytes, check }: PublishedArchive): Promise<boolean> {
  if (!existsSync(path)) return false;
  try {
    check({ file: path, bytes: await readDataFile(path, fileBytes) });
    return true;
  } catch (error) {
    if (error instanceof DiagnosticError) return false;
    throw error;
  }
}

async function fetchArchive(archive: PublishedArchive, path: string, onProgress: OnProgress, mirrors: readonly string[], directory: string): Promise<void> {
  // Not cut to nothing: what is there was received by an earlier call.
  const file = await open(path, constants.O_RDWR | constants.O_CREAT).catch((error: unknown) => notWritable(path, error));
  const failures: string[] = [];
  try {
    for (const mirror of mirrors) {
      const url = new URL(archive.name, mirror).href;
      const { size } = await file.stat();
      if (size > 0 && (await md5Of(path)) === archive.md5) return;
      // What was received before may be of something else: then all of it is asked for again.
      for (const from of size > 0 ? [size, 0] : [0]) {
        const onBytes = (receivedBytes: number, totalBytes: number | undefined): void => onProgress({ file: archive.name, mirror, receivedBytes, ...(totalBytes !== undefined && { totalBytes }) });
        const broken = await receive(url, { path, file, from, mostBytes: archive.mostBytes, onBytes });
        const md5 = broken === undefined ? await md5Of(path) : undefined;
        if (md5 === archive.md5) return;
        if (md5 !== undefined) await file.truncate(0);
        if (broken !== undefined || from === 0) failures.push(`${url}: ${broken ?? `found md5 ${md5}, expected ${archive.md5}`}`);
        if (broken !== undefined) break;
      }
    }
  } finally {
    const { size } = await file.stat();
    await file.close();
    if (size === 0) await rm(path, { force: true });
  }
  fail(
    dataDiagnostics.download({
      args: [archive.name, failures.join('; ')],
      help: existsSync(path) ? 'what has come so far is kept: the same command goes on from there' : `to do without the download, put the files of ${archive.name} into ${directory} by hand: ${archive.files.join(', ')}`,
    }),
  );
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of contentsOf(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** All or none. */
async function unpack(archive: PublishedArchive, packed: string, names: readonly string[], directory: string): Promise<void> {
  const members = new Map(names.map((name) => [`${archive.folder}/${name}`, name]));
  const unpacked = new Map<string, string>();
  try {
    for await (const { name: member, bytes } of tarMembers(archive.name, contentsOf(packed, true), new Set(members.keys()), archive.fileBytes)) {
      archive.check({ file: `${member} of ${archive.name}`, bytes });
      const name = members.get(member) ?? member;
      const temporary = join(directory, `${name}.${process.pid}.partial`);
      unpacked.set(name, temporary);
      await writeFile(temporary, bytes).catch((error: unknown) => notWritable(temporary, error));
    }
    const missing = names.filter((name) => !unpacked.has(name));
    if (missing.length > 0) fail(dataDiagnostics.incomplete({ args: [archive.name, missing.join(', ')] }));
    for (const [name, temporary] of unpacked) await rename(temporary, join(directory, name)).catch((error: unknown) => notWritable(join(directory, name), error));
  } finally {
    for (const temporary of unpacked.values()) await rm(temporary, { force: true });
  }
}
