// The target `js`: code as text, the constants beside it.

import type { KernelTarget } from '../target.ts';
import { jsMachine } from './machine.ts';
import { printJs } from './print.ts';

export const jsTarget: KernelTarget = {
  name: 'js',
  machine: jsMachine,
  holdsWeights: false,
  print: (module) => ({ kind: 'js', text: printJs(module) }),
};
