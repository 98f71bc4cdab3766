// What cannot be written as a program for PyTorch.

import { defineDiagnostics } from '../base/diagnostic.ts';
import type { DiagnosticTable } from '../base/diagnostic.ts';

const messages = {
  op: (layer: string, op: string): string => `${layer} is a \`${op}\`, which is not written for PyTorch`,
  'no-train': (network: string): string => `${network} has no \`train\` block, so there is nothing to train it with`,
  total: (budget: string): string => `\`keep ${budget}\` of the whole network is shared by layers as a run goes on, which a program for PyTorch does not do`,
};

export const torchDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('torch', messages);
