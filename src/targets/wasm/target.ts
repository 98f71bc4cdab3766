// The target `wasm`: code and constants in one binary module.

import type { KernelTarget } from '../target.ts';
import { wasmMachine } from './machine.ts';
import { printWasm } from './print.ts';

export const wasmTarget: KernelTarget = {
  name: 'wasm',
  machine: wasmMachine,
  holdsWeights: true,
  print: (module, weights) => ({ kind: 'wasm', bytes: printWasm(module, { memory: 'own', weights }) }),
};
