// Makes folders, outermost first, and takes them back where what was to be in them fails.
//
// Node's own recursive mkdir never ends where a folder is there but takes no others, as in /proc.

import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../base/system-error.ts';

/** The folders that had to be made, innermost first. Throws as the file system does, and then has made none. */
export function makeFolder(folder: string): readonly string[] {
  const made: string[] = [];
  try {
    make(folder, made);
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
  return made;
}

function make(folder: string, made: string[]): void {
  if (isFolderThere(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) make(parent, made);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else was quicker.
    if (isFolderThere(folder)) return;
    if (codeOf(error) === 'ENOENT') throw new Error(`no folder can be made in ${parent}`, { cause: error });
    if (codeOf(error) === 'EEXIST') throw new Error(`${folder} is not a folder`, { cause: error });
    throw error;
  }
  made.unshift(folder);
}

function isFolderThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** @param folders Innermost first. One that holds something stays. */
export function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody else has put something there since.
    }
  }
}
