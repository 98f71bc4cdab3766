// The folder of a run (run-files.ts) while this process trains in it. Every file is replaced whole or not at all, by
// way of the run's lock. The tensors of a new step are written beside those of the old, then checkpoint.json is
// replaced, so that whenever the process dies there is one whole checkpoint.

import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import { notWritable, writeAtomically } from '../files/atomic-file.ts';
import { makeFolder } from '../files/make-folder.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { readRecorded, recordOf, runFiles } from './run-files.ts';
import type { FileRecord } from './run-files.ts';
import { lockName, lockRun } from '../lock/run-lock.ts';
import type { RunLock } from '../lock/run-lock.ts';
import { codeOf, reasonOf } from '../../base/system-error.ts';

const checkpointTensors = /^checkpoint-\d+-\d+\.safetensors$/;

/** The folder of a run that this process trains. */
export interface RunFolder {
  readonly path: string;
  readonly lock: RunLock;
}

/**
 * Makes sure that a run may live in the folder, which need not exist, and locks it. Answers whether a checkpoint is
 * there. Fails with `run/not-empty`, `run/not-a-run`, `run/in-use`, `run/foreign-lock`, `run/not-writable`.
 */
export async function openRunFolder(path: string, resume: boolean, sources: ReadonlySet<string>): Promise<{ readonly folder: RunFolder; readonly resumable: boolean }> {
  await checkEntries(path, resume, sources);
  try {
    makeFolder(path);
  } catch (error) {
    notWritable(path, error);
  }
  const lock = await lockRun(path);
  try {
    // Once more: whoever had the lock before may just have written the first checkpoint.
    return { folder: { path, lock }, resumable: await checkEntries(path, resume, sources) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Whether the folder holds a checkpoint. */
async function checkEntries(path: string, resume: boolean, sources: ReadonlySet<string>): Promise<boolean> {
  // Locks do not count: who holds one that lives is said when it is to be taken.
  const entries = (await entriesOf(path)).filter((entry) => !entry.startsWith(lockName));
  const resumable = entries.includes(runFiles.checkpoint);
  if (!resume && entries.length > 0) {
    const help = resumable ? 'add --resume to go on with the run in it, or choose another folder' : 'choose another folder';
    fail(runDiagnostics['not-empty']({ args: [path], help }));
  }
  // A run killed before its first checkpoint begins anew.
  const foreign = entries.find((entry) => !sources.has(entry) && entry !== runFiles.initial && !checkpointTensors.test(entry));
  if (!resumable && foreign !== undefined) fail(runDiagnostics['not-a-run']({ args: [path, foreign], help: 'name the folder that an earlier `train --out` made' }));
  return resumable;
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    return fail(runDiagnostics['not-writable']({ args: [folder, reasonOf(error)], help: 'choose another folder' }));
  }
}

/** Replaces a file of the folder, whole or not at all. Fails with `run/not-writable` and `run/lock-lost`. */
export async function writeRunFile({ path, lock }: RunFolder, name: string, contents: string | readonly Uint8Array[]): Promise<FileRecord> {
  const pieces = typeof contents === 'string' ? [new TextEncoder().encode(contents)] : contents;
  try {
    await writeAtomically(join(path, name), pieces, lock.folder);
  } catch (error) {
    if (existsSync(lock.folder)) throw error;
    fail(runDiagnostics['lock-lost']({ args: [path], help: 'nothing was written since; see who trains there, then go on with --resume' }));
  }
  return recordOf(pieces);
}

/** Removes the tensors of checkpoints other than the current one. */
export async function dropOldTensors({ path, lock }: RunFolder, current: string): Promise<void> {
  for (const entry of await entriesOf(path)) {
    if (!checkpointTensors.test(entry) || entry === current) continue;
    const dropped = join(lock.folder, entry);
    // By way of the lock: where that is lost, they may be what the next holder needs.
    await rename(join(path, entry), dropped).catch(() => {});
    await rm(dropped, { force: true });
  }
}

/**
 * Adds whole lines behind those of the record, where there may be more. The file is replaced, as all are: it is small,
 * no link is followed so, and only the holder of the lock can do it.
 * Fails with `run/changed`, `run/not-writable` and `run/lock-lost`.
 */
export async function appendMetrics(folder: RunFolder, record: FileRecord | undefined, lines: string): Promise<FileRecord> {
  const before = record ? readRecorded(folder.path, runFiles.metrics, record, true) : new Uint8Array(0);
  return writeRunFile(folder, runFiles.metrics, [before, new TextEncoder().encode(lines)]);
}

/** Forgets the lines after a checkpoint. Fails as {@link appendMetrics}. */
export async function cutMetrics(folder: RunFolder, record: FileRecord): Promise<void> {
  await writeRunFile(folder, runFiles.metrics, [readRecorded(folder.path, runFiles.metrics, record, true)]);
}
