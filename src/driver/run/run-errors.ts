// What a finished run has measured, from its summary, for commands that are given the run.

import { taskIn } from '../../train/tasks/index.ts';
import type { RunErrors } from '../evaluation/finding.ts';
import { summaryOfRun } from './run-reader.ts';
import { isFolder } from '../weights/weights.ts';

/** Absent where the place is no finished run. @throws DiagnosticError `run/*`, `fit/no-run` */
export function readRunErrors(place: string): RunErrors | undefined {
  if (!isFolder(place)) return undefined;
  const { product, chance, error, task } = fieldsOf(summaryOfRun(place));
  if (typeof product !== 'string' || typeof chance !== 'number') return undefined;
  const phases = Object.entries(fieldsOf(error)).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return { ...taskIn(task), product, chance, error: Object.fromEntries(phases) };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
