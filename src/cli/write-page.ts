// The page of a run, as the commands that end a run write it.

import { DiagnosticError } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Shell } from './shell.ts';

/** The page of a run that has come to its end. The run is whole without it: what is in its way is no error. */
export async function writePage(out: string, timing: boolean, shell: Shell): Promise<{ readonly report?: string; readonly faults: readonly Diagnostic[] }> {
  const [{ writeReport }, { ops }] = await Promise.all([import('../driver/report/write-report.ts'), import('../ops/index.ts')]);
  try {
    const { file } = await writeReport(out, undefined, ops, { timing, onLayer: (layer) => shell.progress(`timing ${layer}`) });
    return { report: file, faults: [] };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const help = `the run is whole; \`ssl-compile report ${out} --out FILE\` writes its page elsewhere`;
    return { faults: error.diagnostics.map((fault) => ({ ...fault, severity: 'warning', help })) };
  }
}
