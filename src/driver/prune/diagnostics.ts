// What can be wrong with what is asked of `prune`.

import { defineDiagnostics } from '../../base/diagnostic.ts';
import type { DiagnosticTable } from '../../base/diagnostic.ts';

const messages = {
  keep: (found: string): string => `\`${found}\` is no budget of a whole network`,
  path: (path: string): string => `the folder ${path} cannot be named in a source: its path has a quotation mark or a line break`,
};

export const pruneDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('prune', messages);
