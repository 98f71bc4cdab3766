// The target `wasm`: code and constants in one binary module, the code in two versions.

import { hasRelaxedSimd } from '../../runtime/wasm.ts';
import { kernelTarget } from '../kernel-target.ts';
import type { KernelTarget } from '../kernel-target.ts';
import { wasmMachine } from './machine.ts';

export const wasmTarget: KernelTarget<'wasm'> = kernelTarget({
  name: 'wasm',
  doc: 'WebAssembly with SIMD',
  machine: wasmMachine,
  versions: [
    { name: 'relaxed', load: {}, isHere: hasRelaxedSimd },
    { name: 'strict', load: { relaxed: false }, isHere: () => true },
  ],
  holdsWeights: true,
  print: async (module, weights) => (await import('./printed.ts')).printed(module, weights),
  printForThreads: async (module, weights) => (await import('./threaded.ts')).printedForThreads(module, weights),
});
