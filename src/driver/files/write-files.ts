// Writes files so that nobody ever sees half of one: every file is written beside its place under another
// name, synced, and only then renamed. Where anything fails, what was begun is removed again.
//
// Synchronous on purpose: Ctrl-C then cannot fall between a file's beginning and its end.

import { accessSync, closeSync, constants, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import { reasonOf } from '../../base/system-error.ts';
import { fileDiagnostics } from '../diagnostics.ts';
import { makeFolder, removeEmpty } from './make-folder.ts';

export interface NamedFile {
  /** Relative to the folder; `/` leads into folders in it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Makes the folder if need be. No file is renamed before all are written, so that what can be expected to fail
 * (no room, no right) leaves none of this call, and no folder that was not there; a process killed between two
 * renames leaves whole files of two builds, which `verify` tells apart. @throws DiagnosticError `file/not-writable`
 */
export function writeFilesAtomically(folder: string, files: readonly NamedFile[]): void {
  const made = [...attempt(folder, () => makeFolder(folder))];
  const temporaries: string[] = [];
  try {
    for (const { name, bytes } of files) {
      const path = join(folder, name);
      const around = dirname(path);
      made.unshift(...attempt(around, () => makeFolder(around)));
      const mode = modeOf(path);
      const temporary = join(around, `.${basename(path)}.${process.pid}.partial`);
      temporaries.push(temporary);
      attempt(path, () => writeWhole(temporary, bytes, mode));
    }
    for (const [i, { name }] of files.entries()) attempt(join(folder, name), () => renameSync(temporaries[i] as string, join(folder, name)));
  } catch (error) {
    for (const temporary of temporaries) rmSync(temporary, { force: true });
    removeEmpty(made);
    throw error;
  }
}

/**
 * To be asked before work that takes long and whose result is to be written there. Leaves no folder that was not there.
 * @throws DiagnosticError `file/not-writable`
 */
export function checkWritable(folder: string): void {
  const made = attempt(folder, () => makeFolder(folder));
  try {
    attempt(folder, () => accessSync(folder, constants.W_OK));
  } finally {
    removeEmpty(made);
  }
}

/** Replaces one file that exists; a link stays one. @throws DiagnosticError `file/not-writable` */
export function replaceFile(path: string, bytes: Uint8Array): void {
  const real = realpathSync(path);
  writeFilesAtomically(dirname(real), [{ name: basename(real), bytes }]);
}

/** @param mode Permissions of the file that it is to replace. */
function writeWhole(path: string, bytes: Uint8Array, mode: number | undefined): void {
  const file = openSync(path, 'w', mode);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Of what is at the path; a folder is refused. */
function modeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) notWritable(path, 'it is a folder');
  return found?.mode;
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    return notWritable(path, reasonOf(error));
  }
}

function notWritable(path: string, why: string): never {
  fail(fileDiagnostics['not-writable']({ args: [path, why] }));
}
