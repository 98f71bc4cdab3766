// What a finished run has measured, from its summary, for commands that are given the run.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../base/diagnostic.ts';
import { fileDiagnostics } from './diagnostics.ts';
import type { RunErrors } from './finding.ts';
import { runFiles } from './run-folder.ts';
import { reasonOf } from './system-error.ts';
import { isFolder } from './weights.ts';

/** Absent where the place is no finished run, or one of a version that did not keep all of it. @throws DiagnosticError `file/unreadable` */
export function readRunErrors(place: string): RunErrors | undefined {
  const file = join(place, runFiles.summary);
  if (!isFolder(place) || !existsSync(file)) return undefined;
  const { product, chance, error } = fieldsOf(parsed(file));
  if (typeof product !== 'string' || typeof chance !== 'number') return undefined;
  const phases = Object.entries(fieldsOf(error)).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return { product, chance, error: Object.fromEntries(phases) };
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    return fail(fileDiagnostics.unreadable({ args: [file, reasonOf(error)] }));
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
