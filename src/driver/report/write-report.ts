// The page of a run as a file.

import { basename, dirname, join } from 'node:path';
import type { OpRegistry } from '../../ir/op.ts';
import { reportPage } from '../../report/page.ts';
import { writeFilesAtomically } from '../files/write-files.ts';
import { runFiles } from '../run/run-files.ts';
import { readReport } from './read-report.ts';
import type { ReadReport, ReportRequest } from './read-report.ts';

export interface WrittenReport extends ReadReport {
  /** The path of the page. */
  readonly file: string;
}

/**
 * Reads a run and writes its page.
 * @param file Absent: `report.html` in the folder of the run.
 * @throws DiagnosticError as readReport, and `file/not-writable`
 */
export async function writeReport(folder: string, file: string | undefined, ops: OpRegistry, request: ReportRequest): Promise<WrittenReport> {
  const read = await readReport(folder, ops, request);
  const path = file ?? join(folder, runFiles.report);
  writeFilesAtomically(dirname(path), [{ name: basename(path), bytes: new TextEncoder().encode(await reportPage(read.data)) }]);
  return { ...read, file: path };
}
