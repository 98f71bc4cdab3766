// Files that are there whole or not at all, whatever kills the process or fills the disk.

import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import { codeOf, reasonOf } from '../../base/system-error.ts';
import { runDiagnostics } from '../run/run-diagnostics.ts';

export function notWritable(path: string, error: unknown): never {
  fail(runDiagnostics['not-writable']({ args: [path, reasonOf(error)], help: 'choose another folder, or make room there' }));
}

/**
 * Replaces the file at `path`; a link there is replaced, not followed. Fails with `run/not-writable`, and then leaves
 * what was there.
 * @param pieces Its bytes, in pieces that follow one another.
 * @param workshop A folder of the same file system, where the file lies until it is whole.
 */
export async function writeAtomically(path: string, pieces: readonly Uint8Array[], workshop: string): Promise<void> {
  const unfinished = join(workshop, basename(path));
  try {
    const file = await open(unfinished, 'wx');
    try {
      for (const piece of pieces) await file.writeFile(piece);
      // Without this a crash of the machine may leave the new name with no contents.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    notWritable(path, error);
  }
  await syncFolder(dirname(path));
}

/** Makes renames last. Some systems cannot open folders: there it is the file system's affair. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EIO') notWritable(path, error);
  }
}
