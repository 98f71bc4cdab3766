// One process at a time in the folder of a run: a file that holds the number of the process. One that a killed
// process has left is taken over.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../base/diagnostic.ts';
import { notWritable } from './atomic-file.ts';
import { codeOf } from './system-error.ts';
import { runDiagnostics } from './run-diagnostics.ts';

export const lockName = 'run.lock';

/** The folder is there. Fails with `run/in-use` and `run/not-writable`. */
export async function lockRun(folder: string): Promise<void> {
  const path = join(folder, lockName);
  try {
    // Of two that come at once one finds the other's.
    await writeFile(path, `${process.pid}\n`, { flag: 'wx' });
    return;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') notWritable(path, error);
  }
  const holder = await holderOf(folder);
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
    fail(runDiagnostics['in-use']({ args: [folder, holder], help: `wait for it, or choose another folder; if process ${holder} is no training, remove ${path}` }));
  }
  await rm(path, { force: true });
  return lockRun(folder);
}

/** Leaves a lock of another process alone. */
export async function unlockRun(folder: string): Promise<void> {
  if ((await holderOf(folder)) === process.pid) await rm(join(folder, lockName), { force: true });
}

/** The number in the lock file; undefined where there is no lock, or none that a process has finished writing. */
async function holderOf(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, lockName), 'utf8').catch(() => '');
  return /^\d+\n$/.test(text) ? Number(text) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may be looked at by nobody else.
    return codeOf(error) === 'EPERM';
  }
}
