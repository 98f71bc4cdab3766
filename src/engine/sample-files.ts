// The engine's one door to files: samples that are read where they lie, by position. Each thread opens the files for
// itself; those that a worker has open are closed when it ends.

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { DiagnosticError, fail } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import { numberType } from '../base/number-type.ts';
import type { FileSamples, SampleFile } from '../base/samples.ts';
import { reasonOf } from '../base/system-error.ts';
import { sampleDiagnostics } from './diagnostics.ts';

export interface OpenFiles {
  /** What is read: samples as their files hold them, end to end from the beginning on. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Reads sample `first` and those behind it, as many as `bytes` and its file hold. Answers how many. Fails with `data/changed`. */
  readonly read: (first: number) => number;
  /** Fails with `data/changed` where a file is not as it was: what was read since it was opened may be anything. */
  readonly check: () => void;
  readonly close: () => void;
}

interface OpenFile {
  readonly file: SampleFile;
  readonly descriptor: number;
  /** The number of its first sample. */
  readonly first: number;
}

/** @param atOnce Samples that are read at once, at most. Fails with `data/changed`. */
export function openFiles({ type, size, files }: FileSamples, atOnce: number): OpenFiles {
  const sampleBytes = size * present(numberType(type), type).bytes;
  // Whole f32, as which they may be looked at.
  const bytes = new Uint8Array(4 * Math.ceil((atOnce * Math.max(sampleBytes, ...files.map(({ stride }) => stride))) / 4));
  const opened: OpenFile[] = [];
  const close = (): void => {
    for (const { descriptor } of opened.splice(0)) closeSync(descriptor);
  };
  const check = (): void => {
    for (const { file, descriptor } of opened) checkUnchanged(file, attempt(file, () => fstatSync(descriptor)));
  };
  try {
    for (const file of files) opened.push({ file, descriptor: openUnchanged(file), first: opened.reduce((sum, { file: { count } }) => sum + count, 0) });
    check();
  } catch (error) {
    close();
    throw error;
  }
  const read = (first: number): number => {
    const { file, descriptor, first: before } = fileOf(opened, first);
    const { offset, stride, count } = file;
    const found = Math.min(atOnce, before + count - first);
    readFully(file, descriptor, bytes, (found - 1) * stride + sampleBytes, offset + (first - before) * stride);
    if (stride !== sampleBytes) for (let i = 1; i < found; i++) bytes.copyWithin(i * sampleBytes, i * stride, i * stride + sampleBytes);
    return found;
  };
  return { bytes, read, check, close };
}

/** What is no longer there, or was replaced by a pipe whose opening would wait, is not opened. */
function openUnchanged(file: SampleFile): number {
  return attempt(file, () => {
    checkUnchanged(file, statSync(file.path));
    return openSync(file.path, 'r');
  });
}

function checkUnchanged(file: SampleFile, { size, mtimeMs }: Stats): void {
  if (size !== file.bytes) changed(file, `found ${size} bytes, expected ${file.bytes}`);
  if (mtimeMs !== file.modified) changed(file, 'it has been written to');
}

/** A plain loop, for it is asked for every sample of a batch. */
function fileOf(opened: readonly OpenFile[], sample: number): OpenFile {
  let i = opened.length - 1;
  while (i > 0 && (opened[i] as OpenFile).first > sample) i--;
  return present(opened[i], 'file of a sample');
}

function readFully(file: SampleFile, descriptor: number, bytes: Uint8Array, length: number, position: number): void {
  let end = 0;
  try {
    while (end < length) {
      const count = readSync(descriptor, bytes, end, length - end, position + end);
      if (count === 0) break;
      end += count;
    }
  } catch (error) {
    changed(file, reasonOf(error));
  }
  if (end < length) changed(file, `found ${position + end} bytes, expected ${file.bytes}`);
}

function attempt<T>(file: SampleFile, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return changed(file, reasonOf(error));
  }
}

function changed({ path }: SampleFile, what: string): never {
  return fail(sampleDiagnostics.changed({ args: [path, what], help: 'leave the files of a data set alone while they are in use; once they are as they were, training goes on with --resume' }));
}
