// The folder of a run:
//
//   model.ssl                              the source, as it was read
//   checkpoint.json                        where the run stands (run-checkpoint.ts); names the file of its tensors
//   checkpoint-<phase>-<step>.safetensors  all that lives from step to step
//   <phase>.safetensors                    parameters at the end of each phase, by its key (train/plan.ts)
//   weights.safetensors                    parameters at the end of the run
//   metrics.jsonl                          one line an epoch
//   summary.json                           what came of it
//   run.lock                               the number of the process that trains in it (run-lock.ts)
//
// The tensors of a new step are written beside those of the old, then checkpoint.json is replaced, so that
// whenever the process dies there is one whole checkpoint.

import { open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { DiagnosticError, fail } from '../base/diagnostic.ts';
import { notWritable, unfinishedSuffix, writeAtomically } from './atomic-file.ts';
import type { FileContents } from './atomic-file.ts';
import { codeOf, reasonOf } from './system-error.ts';
import { makeFolder } from './make-folder.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { lockName, lockRun } from './run-lock.ts';

export const runFiles = {
  source: 'model.ssl',
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

/**
 * Makes sure that a run may live in the folder, which need not exist, and locks it. Answers whether a checkpoint is
 * there. Fails with `run/not-empty`, `run/not-a-run`, `run/in-use`, `run/not-writable`.
 */
export async function openRunFolder(folder: string, resume: boolean): Promise<boolean> {
  const entries = await entriesOf(folder);
  if (!resume && entries.length > 0) {
    const help = entries.includes(runFiles.checkpoint) ? 'add --resume to go on with the run in it, or choose another folder' : 'choose another folder';
    fail(runDiagnostics['not-empty']({ args: [folder], help }));
  }
  const resumable = entries.includes(runFiles.checkpoint);
  // A run killed before its first checkpoint begins anew.
  const foreign = entries.find((entry) => entry !== runFiles.source && entry !== lockName && !entry.endsWith(unfinishedSuffix) && !checkpointTensors.test(entry));
  if (!resumable && foreign !== undefined) fail(runDiagnostics['not-a-run']({ args: [folder, foreign], help: 'name the folder that an earlier `train --out` made' }));
  try {
    makeFolder(folder);
    await lockRun(folder);
    for (const entry of entries) if (entry.endsWith(unfinishedSuffix)) await rm(join(folder, entry), { force: true });
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    notWritable(folder, error);
  }
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

/** Replaces a file of the folder, whole or not at all. Fails with `run/not-writable`. */
export async function writeRunFile(folder: string, name: string, contents: FileContents): Promise<void> {
  await writeAtomically(join(folder, name), contents);
}

/** Removes the tensors of checkpoints other than the current one. */
export async function dropOldTensors(folder: string, current: string): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    if (checkpointTensors.test(entry) && entry !== current) await rm(join(folder, entry), { force: true });
  }
}

/** Appends whole lines and answers the length of the file in bytes. Fails with `run/not-writable`. */
export async function appendMetrics(folder: string, lines: string): Promise<number> {
  const path = join(folder, runFiles.metrics);
  try {
    const file = await open(path, 'a');
    try {
      await file.appendFile(lines);
      await file.sync();
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  } catch (error) {
    return notWritable(path, error);
  }
}

/** Forgets the lines after a checkpoint. Fails with `run/corrupt` where there are fewer, and with `run/not-writable`. */
export async function cutMetrics(folder: string, bytes: number): Promise<void> {
  const path = join(folder, runFiles.metrics);
  try {
    const found = (await stat(path).catch(absent))?.size ?? 0;
    if (found < bytes) fail(runDiagnostics.corrupt({ args: [path, `${found} bytes`, `${bytes} at least`], help: 'start the run anew in another folder' }));
    if (found > bytes) await truncate(path, bytes);
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    notWritable(path, error);
  }
}

function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}
