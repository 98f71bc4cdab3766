// The record that lies where another is to go. It is the work of minutes, and nobody else may have it.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { isOfSameBuild } from './pinned.ts';
import { tuningDiagnostics } from './tuning-diagnostics.ts';
import { mostRecordBytes, networkNamedIn, readTuning, tuningFile } from './tuning-record.ts';
import type { TuningRecord } from './tuning-record.ts';

/** The network whose record lies in a folder; undefined where there is none, or it does not say. */
export function networkRecordedIn(folder: string): string | undefined {
  const path = join(folder, tuningFile);
  return existsSync(path) ? unlessWrong(() => networkNamedIn(readRegularFile(path, mostRecordBytes))) : undefined;
}

/** @param name Of the network whose record is to go there. @throws DiagnosticError `tuning/taken` */
export function checkRecordPlace(folder: string, name: string): void {
  const found = networkRecordedIn(folder);
  if (found === undefined || found === name) return;
  const help = `build each network into a folder of its own, or move that record away: \`--tuning FILE\` takes it from anywhere`;
  fail(tuningDiagnostics.taken({ args: [join(folder, tuningFile), found, name], help }));
}

/** What lies in a folder for the same build as a record, and has more nests than it. */
export function fullerRecordIn(folder: string, record: TuningRecord): TuningRecord | undefined {
  const path = join(folder, tuningFile);
  const found = existsSync(path) ? unlessWrong(() => readTuning(path)) : undefined;
  const count = ({ nests }: TuningRecord): number => Object.keys(nests).length;
  return found && isOfSameBuild(found, record) && count(found) > count(record) ? found : undefined;
}

/** What cannot be read can be replaced: to measure again is the cure that its reader is told. */
function unlessWrong<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}
