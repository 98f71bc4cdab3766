// The target `js`: code as text, the constants beside it.

import { kernelTarget } from '../kernel-target.ts';
import type { KernelTarget } from '../kernel-target.ts';
import { onlyVersion } from '../target.ts';
import { jsMachine } from './machine.ts';

export const jsTarget: KernelTarget<'js'> = kernelTarget({
  name: 'js',
  doc: 'plain JavaScript',
  machine: jsMachine,
  versions: onlyVersion('js'),
  holdsWeights: false,
  print: async (module) => (await import('./printed.ts')).printed(module),
});
