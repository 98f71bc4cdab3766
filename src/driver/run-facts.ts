// What a finished run tells of the weights that it leaves, for the module that is built from them.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DiagnosticError, fail } from '../base/diagnostic.ts';
import type { Network } from '../ir/network.ts';
import { fileDiagnostics } from './diagnostics.ts';
import { readRegularFile } from './regular-file.ts';
import { runFiles } from './run-folder.ts';
import { reasonOf } from './system-error.ts';

/** How the samples of a data set are stored: bytes stand for byte / 255, floats for themselves. */
export type SampleKind = 'bytes' | 'floats';

/** All absent of weights from elsewhere, and each where an earlier version has trained. */
export interface RunFacts {
  readonly seed?: number;
  /** Names of the outputs, of the source or else of the data. */
  readonly labels?: readonly string[];
  readonly samples?: SampleKind;
}

/** A summary has some lines a layer. */
const mostBytes = 2 ** 24;

/** @param folder Of a run. @throws DiagnosticError `file/unreadable` */
export function runFacts(folder: string): RunFacts {
  const file = join(folder, runFiles.summary);
  if (!existsSync(file)) return {};
  let summary: unknown;
  try {
    summary = JSON.parse(readRegularFile(file, mostBytes).toString());
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return fail(fileDiagnostics.unreadable({ args: [file, reasonOf(error)] }));
  }
  if (typeof summary !== 'object' || summary === null) return {};
  const { seed, labels, samples }: { readonly seed?: unknown; readonly labels?: unknown; readonly samples?: unknown } = summary;
  return {
    ...(typeof seed === 'number' && { seed }),
    ...(Array.isArray(labels) && labels.every((label) => typeof label === 'string') && { labels }),
    ...((samples === 'bytes' || samples === 'floats') && { samples }),
  };
}

/** What the outputs are called: as in the source, else as in the data where it has a name for each. */
export function outputNames({ labels, classes }: Network, ofData: readonly string[] | undefined): readonly string[] | undefined {
  return labels ?? (ofData?.length === classes ? ofData : undefined);
}
