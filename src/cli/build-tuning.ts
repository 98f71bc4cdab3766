// The schedules of `build`: measured here, or taken from a record.

import { join } from 'node:path';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { BuildInput, BuildOptions } from '../driver/build/build.ts';
import { checkWritable } from '../driver/files/write-files.ts';
import type { NamedFile } from '../driver/files/write-files.ts';
import { pinnedBy } from '../driver/tuning/pinned.ts';
import type { PinnedSchedules } from '../driver/tuning/pinned.ts';
import { tuneNetwork } from '../driver/tuning/tune.ts';
import { tuningDiagnostics } from '../driver/tuning/tuning-diagnostics.ts';
import { checkRecordPlace, fullerRecordIn, networkRecordedIn } from '../driver/tuning/record-place.ts';
import { readTuning, tuningAsFile, tuningFile } from '../driver/tuning/tuning-record.ts';
import type { TuningRecord } from '../driver/tuning/tuning-record.ts';
import { ops } from '../ops/index.ts';
import type { Shell } from './shell.ts';
import { isFromHere, keptText, recordText, tunedText, tuneProgressText } from './text/tuning-text.ts';

export interface BuildTuning {
  readonly pinned: PinnedSchedules;
  /** The record, to lie beside the module. */
  readonly file: NamedFile;
  readonly text: string;
  readonly json: object;
}

/**
 * Measures until it is done or asked to stop. Of one that was stopped and one from before for the same build, the record
 * with more nests is taken.
 * @param folder Where the record is to go.
 * @throws DiagnosticError `file/not-writable`, `tuning/taken`, `tuning/no-schedules`, `result/dead-layer`
 */
export async function measure(input: BuildInput, build: Pick<BuildOptions, 'target' | 'dense' | 'batch' | 'winograd' | 'weightsAs'>, folder: string, shell: Shell): Promise<BuildTuning> {
  checkWritable(folder);
  checkRecordPlace(folder, input.model.network.name);
  const { result, signal } = await shell.interruptible((stop) => tuneNetwork(input, build, ops, { stop, onProgress: (progress) => shell.progress(tuneProgressText(progress)) }));
  shell.progress('');
  const { record, left, isInVain } = result;
  const isInterrupted = signal !== undefined;
  const before = isInterrupted ? fullerRecordIn(folder, record) : undefined;
  if (before) {
    const path = join(folder, tuningFile);
    return { ...partsOf(before, path), text: keptText(record, before, path), json: { ...before, isFromHere: isFromHere(before), isInterrupted } };
  }
  return { ...partsOf(record, tuningFile), text: tunedText(result, isInterrupted), json: { ...record, left, isInVain, isInterrupted } };
}

/** @throws DiagnosticError `tuning/corrupt`, `tuning/version`, `file/*` */
export function readRecord(path: string): BuildTuning {
  const record = readTuning(path);
  return { ...partsOf(record, path), text: recordText(record, path), json: { ...record, isFromHere: isFromHere(record) } };
}

function partsOf(record: TuningRecord, file: string): Pick<BuildTuning, 'pinned' | 'file'> {
  return { pinned: pinnedBy(record, file), file: tuningAsFile(record) };
}

/** What to say of a record of the network that lies where a build that is given none goes. */
export function unusedTuning(folder: string, network: string): readonly Diagnostic[] {
  const path = join(folder, tuningFile);
  return networkRecordedIn(folder) === network ? [tuningDiagnostics.unused({ args: [path], help: `add --tuning ${path}, or remove it`, severity: 'warning' })] : [];
}
