// The folder of a run:
//
//   model.ssl                              the source, as it was read
//   initial.safetensors                    what it began with, if not with draws alone (run-initial.ts)
//   checkpoint.json                        where the run stands (run-checkpoint.ts); names the file of its tensors
//   checkpoint-<phase>-<step>.safetensors  all that lives from step to step
//   <phase>.safetensors                    parameters at the end of each phase, by its key (train/plan.ts)
//   weights.safetensors                    parameters at the end of the run
//   metrics.jsonl                          one line an epoch
//   summary.json                           what came of it
//   run.lock                               who trains in it (run-lock.ts)
//
// The tensors of a new step are written beside those of the old, then checkpoint.json is replaced, so that
// whenever the process dies there is one whole checkpoint.

import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../base/diagnostic.ts';
import { notWritable, writeAtomically } from './atomic-file.ts';
import type { FileContents } from './atomic-file.ts';
import { makeFolder } from './make-folder.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { lockName, lockRun } from './run-lock.ts';
import type { RunLock } from './run-lock.ts';
import { codeOf, reasonOf } from './system-error.ts';

export const runFiles = {
  source: 'model.ssl',
  initial: 'initial.safetensors',
  checkpoint: 'checkpoint.json',
  metrics: 'metrics.jsonl',
  weights: 'weights.safetensors',
  summary: 'summary.json',
} as const;

const checkpointTensors = /^checkpoint-\d+-\d+\.safetensors$/;

/** Parameters at the end of a phase, by its key in the plan. */
export function phaseFile(key: string): string {
  return `${key}.safetensors`;
}

/** The end of a phase and the beginning of the next are at one step, but not with the same tensors. */
export function checkpointTensorsName({ phase, step }: { readonly phase: number; readonly step: number }): string {
  return `checkpoint-${phase}-${step}.safetensors`;
}

/** The folder of a run that this process trains. */
export interface RunFolder {
  readonly path: string;
  readonly lock: RunLock;
}

/**
 * Makes sure that a run may live in the folder, which need not exist, and locks it. Answers whether a checkpoint is
 * there. Fails with `run/not-empty`, `run/not-a-run`, `run/in-use`, `run/foreign-lock`, `run/not-writable`.
 */
export async function openRunFolder(path: string, resume: boolean): Promise<{ readonly folder: RunFolder; readonly resumable: boolean }> {
  await checkEntries(path, resume);
  try {
    makeFolder(path);
  } catch (error) {
    notWritable(path, error);
  }
  const lock = await lockRun(path);
  try {
    // Once more: whoever had the lock before may just have written the first checkpoint.
    return { folder: { path, lock }, resumable: await checkEntries(path, resume) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Whether the folder holds a checkpoint. */
async function checkEntries(path: string, resume: boolean): Promise<boolean> {
  // Locks do not count: who holds one that lives is said when it is to be taken.
  const entries = (await entriesOf(path)).filter((entry) => !entry.startsWith(lockName));
  const resumable = entries.includes(runFiles.checkpoint);
  if (!resume && entries.length > 0) {
    const help = resumable ? 'add --resume to go on with the run in it, or choose another folder' : 'choose another folder';
    fail(runDiagnostics['not-empty']({ args: [path], help }));
  }
  // A run killed before its first checkpoint begins anew.
  const foreign = entries.find((entry) => entry !== runFiles.source && entry !== runFiles.initial && !checkpointTensors.test(entry));
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

/** Fails with `run/unreadable`. */
export async function readRunFile(folder: string, name: string): Promise<Uint8Array> {
  const path = join(folder, name);
  try {
    return await readFile(path);
  } catch (error) {
    return fail(runDiagnostics.unreadable({ args: [path, reasonOf(error)] }));
  }
}

/** Replaces a file of the folder, whole or not at all. Fails with `run/not-writable` and `run/lock-lost`. */
export async function writeRunFile({ path, lock }: RunFolder, name: string, contents: FileContents): Promise<void> {
  try {
    await writeAtomically(join(path, name), contents, lock.folder);
  } catch (error) {
    if (existsSync(lock.folder)) throw error;
    fail(runDiagnostics['lock-lost']({ args: [path], help: 'nothing was written since; see who trains there, then go on with --resume' }));
  }
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
 * Adds whole lines behind the first `bytes` of metrics.jsonl, where there may be more; answers the length. The file
 * is replaced, as all are: it is small, no link is followed so, and only the holder of the lock can do it.
 * Fails with `run/corrupt`, `run/unreadable`, `run/not-writable` and `run/lock-lost`.
 */
export async function appendMetrics(folder: RunFolder, bytes: number, lines: string): Promise<number> {
  const before = await metricsUpTo(folder, bytes);
  const added = new TextEncoder().encode(lines);
  await writeRunFile(folder, runFiles.metrics, [before, added]);
  return before.length + added.length;
}

/** Forgets the lines after a checkpoint. Fails as {@link appendMetrics}. */
export async function cutMetrics(folder: RunFolder, bytes: number): Promise<void> {
  await writeRunFile(folder, runFiles.metrics, [await metricsUpTo(folder, bytes)]);
}

async function metricsUpTo(folder: RunFolder, bytes: number): Promise<Uint8Array> {
  if (bytes === 0) return new Uint8Array(0);
  const path = join(folder.path, runFiles.metrics);
  const found = await readRunFile(folder.path, runFiles.metrics);
  if (found.length < bytes) fail(runDiagnostics.corrupt({ args: [path, `${found.length} bytes`, `${bytes} at least`], help: 'start the run anew in another folder' }));
  return found.subarray(0, bytes);
}
