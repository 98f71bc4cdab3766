// The folder of a run for those who only read it: every file by its record, which is in the checkpoint.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import { decodeCheckpoint } from './checkpoint-json.ts';
import type { WrittenCheckpoint } from './checkpoint-json.ts';
import { checkRecorded, readUnrecorded, runFiles } from './run-files.ts';
import { fitDiagnostics } from '../weights/weight-diagnostics.ts';

/** Of checkpoint.json: far more than a thousand layers need. */
const mostBytes = 2 ** 26;

/** Fails with `run/changed`, `run/corrupt` and `run/version`. */
export function readState(folder: string): WrittenCheckpoint {
  const text = new TextDecoder().decode(readUnrecorded(folder, runFiles.checkpoint, mostBytes));
  return decodeCheckpoint(text, join(folder, runFiles.checkpoint));
}

/**
 * The path of a file of a run that is as the run wrote it; undefined where the run has not come to write it.
 * @param help What to do where it is another.
 * @throws DiagnosticError `run/*`, and `fit/no-run` where the folder is none of a run
 */
export function fileOfRun(folder: string, name: string, help: string): string | undefined {
  if (!existsSync(join(folder, runFiles.checkpoint))) {
    const named = 'name the folder that `ssl-compile train FILE --out RUN` made, or an .ssl file with --weights FILE.safetensors';
    fail(fitDiagnostics['no-run']({ args: [folder, `it holds no ${runFiles.checkpoint}`], help: named }));
  }
  const record = readState(folder).checkpoint.files[name];
  if (!record) return undefined;
  checkRecorded(folder, name, record, help);
  return join(folder, name);
}

/** Of a finished run, as JSON; undefined where it is none. Fails as {@link fileOfRun}. */
export function summaryOfRun(folder: string): unknown {
  const file = fileOfRun(folder, runFiles.summary, `\`ssl-compile train FILE --out ${folder} --resume\` writes it anew`);
  return file === undefined ? undefined : JSON.parse(readFileSync(file, 'utf8'));
}
