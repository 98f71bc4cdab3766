// What can be wrong with weights that are to be stored in fewer bits.

import { defineDiagnostics } from '../../base/diagnostic.ts';
import type { DiagnosticTable } from '../../base/diagnostic.ts';

const messages = {
  unfit: (parameter: string, part: string, type: string, why: string): string => `${part}"${parameter}" cannot be stored as ${type}: ${why}`,
  rounding: (parameter: string, type: string, steps: number): string => `rounding "${parameter}" to ${type} takes a weight off by ${steps} steps, expected 0.5 at most`,
};
export const storedDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('stored', messages);
