// The target `wasm`: code and constants in one binary module.

import { kernelTarget } from '../kernel-target.ts';
import type { KernelTarget } from '../kernel-target.ts';
import { wasmMachine } from './machine.ts';

export const wasmTarget: KernelTarget<'wasm'> = kernelTarget({
  name: 'wasm',
  doc: 'WebAssembly with SIMD',
  machine: wasmMachine,
  holdsWeights: true,
  print: async (module, weights) => (await import('./printed.ts')).printed(module, weights),
});
