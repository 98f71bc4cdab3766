// The files of a run, and whether they are what training wrote. The folder of a run:
//
//   model.ssl                              the source, as it was read when the run began
//   blocks/residual.ssl, ...               what it imports, where it was from there (run-sources.ts)
//   initial.safetensors                    what it began with, if not with draws alone (run-initial.ts)
//   checkpoint.json                        where the run stands (checkpoint-json.ts), and the length and checksum of
//                                          every other file
//   checkpoint-<phase>-<step>.safetensors  all that lives from step to step
//   <phase>.safetensors                    parameters at the end of each phase, by its key (train/plan.ts)
//   weights.safetensors                    parameters at the end of the run
//   metrics.jsonl                          one line an epoch
//   summary.json                           what came of it
//   report.html                            a page for people, made of all these; nobody reads it, so nothing vouches for it
//   run.lock                               who trains in it (run-lock.ts)
//
// Nobody reads a file of a run but by its record. Links are not followed: what they lead to is not the run's.

import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { readRegularFile, sha256Of, withRegularFile } from '../files/regular-file.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { codeOf, reasonOf } from '../../base/system-error.ts';

export const runFiles = {
  source: 'model.ssl',
  initial: 'initial.safetensors',
  checkpoint: 'checkpoint.json',
  metrics: 'metrics.jsonl',
  weights: 'weights.safetensors',
  summary: 'summary.json',
  report: 'report.html',
} as const;

/** Whether a file of a run is one of its sources. */
export function isSourceFile(name: string): boolean {
  return name.endsWith('.ssl');
}

/** Parameters at the end of a phase, by its key in the plan. */
export function phaseFile(key: string): string {
  return `${key}.safetensors`;
}

/** The end of a phase and the beginning of the next are at one step, but not with the same tensors. */
export function checkpointTensorsName({ phase, step }: { readonly phase: number; readonly step: number }): string {
  return `checkpoint-${phase}-${step}.safetensors`;
}

/** A file as it was written. */
export interface FileRecord {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

export function recordOf(pieces: readonly Uint8Array[]): FileRecord {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const piece of pieces) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** What somebody who finds a file changed can do, where nothing better is known. */
export const startAnew = 'put back the file that was there, or start the run anew in another folder';

/** @throws DiagnosticError `run/changed` where the file is missing, a link, or not the one that was written */
export function checkRecorded(folder: string, name: string, { bytes, sha256 }: FileRecord, help: string = startAnew): void {
  const path = join(folder, name);
  withOwnFile(folder, name, help, ({ size }) => {
    if (size !== bytes) failChanged(path, `it has ${size} bytes instead of ${bytes}`, help);
  });
  const found = withRegularFile(path, (file) => sha256Of(file));
  if (found !== sha256) failChanged(path, `its sha256 is ${found.slice(0, 12)}... instead of ${sha256.slice(0, 12)}...`, help);
}

export function isAsRecorded(folder: string, name: string, record: FileRecord): boolean {
  try {
    checkRecorded(folder, name, record);
    return true;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return false;
  }
}

/**
 * The first bytes of a file, as many as its record has.
 * @param mayGoOn Whether there may be more behind them.
 * @throws DiagnosticError `run/changed`
 */
export function readRecorded(folder: string, name: string, record: FileRecord, mayGoOn = false): Uint8Array {
  const path = join(folder, name);
  const found = withOwnFile(folder, name, startAnew, ({ size, read }) => {
    if (size < record.bytes || (size > record.bytes && !mayGoOn)) failChanged(path, `it has ${size} bytes instead of ${record.bytes}`, startAnew);
    return read(0, record.bytes);
  });
  if (recordOf([found]).sha256 !== record.sha256) failChanged(path, 'its contents are others', startAnew);
  return found;
}

/** A file without a record of at most `most` bytes. @throws DiagnosticError `run/changed`, `file/*` */
export function readUnrecorded(folder: string, name: string, most: number): Uint8Array {
  const path = join(folder, name);
  return withOwnFile(folder, name, startAnew, () => readRegularFile(path, most));
}

/** What leads from the folder of a run to a file of it, and the file. */
function placesTo(folder: string, name: string): readonly string[] {
  const parts = name.split('/');
  return parts.map((_, depth) => join(folder, ...parts.slice(0, depth + 1)));
}

function withOwnFile<T>(folder: string, name: string, help: string, use: Parameters<typeof withRegularFile<T>>[1]): T {
  const path = join(folder, name);
  try {
    for (const place of placesTo(folder, name)) if (lstatSync(place).isSymbolicLink()) failChanged(place, 'it is a symbolic link', help);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    failChanged(path, reasonOf(error), help);
  }
  return withRegularFile(path, use);
}

export function failChanged(path: string, why: string, help: string): never {
  fail(runDiagnostics.changed({ args: [path, why], help }));
}
