// Printed WebAssembly: how an ES module carries it, and how it starts.

import { foundFileText, partConstant, partRoot } from '../../emit/part.ts';
import type { PrintedKernels } from '../../emit/kernel-printer.ts';
import type { LoadOption } from '../../emit/declarations.ts';
import type { KernelModule } from '../../ir/kernel.ts';
import { withCustomSection } from './encoder/custom-section.ts';
import { printWasm } from './print.ts';

/** The custom section that holds the id of the build: runtime/net reads it. */
const sectionName = 'ssl-compile';

// WebAssembly.Module is a type of the DOM library, which not every project has.
const wasmOption: LoadOption = { name: 'wasm', type: 'object', doc: 'The `.wasm` file: bytes (an ArrayBuffer or a view of one) or a compiled WebAssembly.Module.' };

export function printed(module: KernelModule, weights: 'inside' | 'separate'): PrintedKernels {
  const bytes = printWasm(module, { memory: 'own', weights });
  return {
    content: bytes,
    carry: (build, place) => {
      const part = place(withCustomSection(bytes, sectionName, new TextEncoder().encode(build)), 'wasm');
      return {
        options: [wasmOption],
        statements: [`const { memory, compute } = await startWasm(givenFile(options, "wasm") ?? ${foundFileText('code', part)}, facts.build);`],
        compute: 'compute',
        roots: ['startWasm', 'givenFile', partRoot(part)],
        rest: partConstant('code', part),
      };
    },
    start: async () => {
      const { instance } = await WebAssembly.instantiate(bytes);
      const { memory, run } = instance.exports;
      if (!(memory instanceof WebAssembly.Memory) || typeof run !== 'function') throw new TypeError('the kernels export no memory or no program');
      return { memory: memory.buffer, run: () => void run() };
    },
  };
}
