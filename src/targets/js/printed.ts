// Printed JavaScript: how an ES module carries it, and how it starts.

import { encodeBase64 } from '../../emit/base64.ts';
import type { PrintedKernels } from '../../emit/kernel-printer.ts';
import type { KernelModule } from '../../ir/kernel.ts';
import { printJs } from './print.ts';

export function printed(module: KernelModule): PrintedKernels {
  const text = printJs(module);
  const bytes = 4 * module.elements;
  return {
    content: text,
    carry: () => ({
      options: [],
      statements: [`const memory = new ArrayBuffer(${bytes});`],
      compute: 'createKernels(memory).run',
      roots: [],
      rest: [text.trimEnd()],
    }),
    start: async () => {
      const memory = new ArrayBuffer(bytes);
      const url = `data:text/javascript;base64,${encodeBase64(new TextEncoder().encode(`export ${text}`))}`;
      const { createKernels } = (await import(url)) as { createKernels: (memory: ArrayBuffer) => { run: () => void } };
      return { memory, run: createKernels(memory).run };
    },
  };
}
