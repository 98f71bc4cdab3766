// What can be wrong with what is asked of a ladder.

import { defineDiagnostics } from '../../base/diagnostic.ts';
import type { DiagnosticTable } from '../../base/diagnostic.ts';
import { grouped } from '../../base/number-text.ts';

const messages = {
  none: (what: string): string => `there are no ${what}`,
  keep: (found: number): string => `${found}% of the weights cannot be kept: expected more than 0 and less than 100`,
  'no-convolutions': (file: string): string => `the network of ${file} has no convolutions, whose weights the grains divide`,
  'no-sparsify': (file: string): string => `the \`train\` block of ${file} has no \`sparsify\`, the phase that prunes`,
  many: (runs: number, most: number): string => `these are ${grouped(runs)} runs, and a ladder has at most ${grouped(most)}`,
};

export const ladderDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('ladder', messages);
