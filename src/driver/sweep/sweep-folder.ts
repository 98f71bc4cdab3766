// The folder of a sweep:
//
//   sweep.json       what was asked for last, and what came of each run
//   sweep.svg        held-out error against MACs
//   runs/<hash>/     ordinary runs, by the hash of what makes each the run that it is
//   dense/<hash>/    runs of dense parts, which those share
//   run.lock         who sweeps there
//
// Another sweep into the folder finds there whatever it has in common with those before it.

import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { codeOf, messageOf, reasonOf } from '../../base/system-error.ts';
import { trainingVersion } from '../../train/version.ts';
import { notWritable } from '../files/atomic-file.ts';
import { makeFolder } from '../files/make-folder.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { writeFilesAtomically } from '../files/write-files.ts';
import { lockName, lockRun } from '../lock/run-lock.ts';
import type { RunLock } from '../lock/run-lock.ts';
import { isAsRecorded, runFiles } from '../run/run-files.ts';
import { checkIdentity } from '../run/run-identity.ts';
import { readState } from '../run/run-reader.ts';
import { sweepDiagnostics } from './diagnostics.ts';
import type { Fault } from './job.ts';
import type { SweepRun } from './results.ts';
import type { PlannedTraining } from './sweep-plan.ts';

export const sweepFiles = { state: 'sweep.json', picture: 'sweep.svg' } as const;
/** Of a ladder, which trains as a sweep does (driver/ladder). */
export const ladderFiles = { record: 'ladder.json', picture: 'ladder.svg' } as const;
const runsName = 'runs';
const denseName = 'dense';
const ownEntries: readonly string[] = [...Object.values(sweepFiles), ...Object.values(ladderFiles), runsName, denseName];
/** Of sweep.json. */
const mostBytes = 2 ** 28;
const format = 1;

export interface SweepRecord {
  readonly file: string;
  readonly runs: readonly SweepRun[];
  /** By hash, also of earlier sweeps: these diverge whenever they are trained, so they are not trained again. */
  readonly diverged: Readonly<Record<string, readonly Fault[]>>;
}

export function runFolder(folder: string, { hash }: { readonly hash: string }): string {
  return join(folder, runsName, hash);
}

export function denseFolder(folder: string, { hash }: { readonly hash: string }): string {
  return join(folder, denseName, hash);
}

/** What has diverged there before. Changes nothing. @throws DiagnosticError `sweep/*`, `run/*` where no sweep can be there */
export function examineFolder(folder: string): SweepRecord['diverged'] {
  const path = join(folder, sweepFiles.state);
  if (!existsSync(path)) {
    const foreign = entriesOf(folder).find((entry) => !entry.startsWith(lockName) && !entry.startsWith(`.${sweepFiles.state}.`) && !ownEntries.includes(entry));
    if (foreign !== undefined) fail(sweepDiagnostics['not-a-sweep']({ args: [folder, foreign], help: 'name a new folder, or that of an earlier sweep' }));
    return {};
  }
  const { training, diverged } = parsed(path);
  if (training !== trainingVersion) {
    const help = 'name another folder, or go on with the version of ssl-compile that has trained them';
    fail(sweepDiagnostics.version({ args: [folder, String(training), String(trainingVersion)], help }));
  }
  return typeof diverged === 'object' && diverged !== null ? (diverged as SweepRecord['diverged']) : {};
}

function parsed(path: string): { readonly training?: unknown; readonly diverged?: unknown } {
  try {
    const value: unknown = JSON.parse(readRegularFile(path, mostBytes).toString());
    if (typeof value === 'object' && value !== null) return value;
    throw new Error('it is no object');
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return fail(sweepDiagnostics.corrupt({ args: [path, messageOf(error)], help: 'remove it: what is trained is found again by its folders' }));
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? [] : notWritable(folder, error);
  }
}

/** Two sweeps have no room in one folder. Fails with `run/in-use`, `run/not-writable`. */
export async function lockFolder(folder: string): Promise<RunLock> {
  try {
    makeFolder(folder);
  } catch (error) {
    notWritable(folder, reasonOf(error));
  }
  return lockRun(folder);
}

/** Whether the run in a folder has come to its end. @returns Faults where what lies there is another run. */
export function examineRun(run: string, { identity }: PlannedTraining): boolean | readonly Diagnostic[] {
  if (!existsSync(join(run, runFiles.checkpoint))) return false;
  try {
    const { checkpoint } = readState(run);
    checkIdentity(run, checkpoint.identity, identity);
    // Where one of them is damaged, going on writes it anew.
    return [runFiles.summary, runFiles.weights].every((name) => {
      const record = checkpoint.files[name];
      return record !== undefined && isAsRecorded(run, name, record);
    });
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
}

/** @throws DiagnosticError `file/not-writable` */
export function writeRecord(folder: string, record: SweepRecord): void {
  // The folder may be moved.
  const runs = record.runs.map(({ run, ...rest }) => ({ ...rest, run: `${runsName}/${basename(run)}` }));
  const text = `${JSON.stringify({ format, training: trainingVersion, ...record, runs }, null, 2)}\n`;
  writeFilesAtomically(folder, [{ name: sweepFiles.state, bytes: new TextEncoder().encode(text) }]);
}
