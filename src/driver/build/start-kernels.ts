// Printed kernels in this process: what verify and bench run.

import type { KernelModule } from '../../ir/kernel.ts';
import { packSegments } from '../../targets/segments.ts';
import type { KernelTarget } from '../../targets/target.ts';

export interface StartedKernels {
  readonly heap: Float32Array;
  /** Runs the program `run` once. */
  readonly run: () => void;
}

export async function startKernels(target: KernelTarget, module: KernelModule): Promise<StartedKernels> {
  const code = target.print(module, 'separate');
  const { bytes, ranges } = packSegments(module);
  const fill = (memory: ArrayBuffer): void => {
    for (const { to, from, length } of ranges) new Uint8Array(memory).set(bytes.subarray(from, from + length), to);
  };
  if (code.kind === 'wasm') {
    const { instance } = await WebAssembly.instantiate(code.bytes);
    const { memory, run } = instance.exports;
    if (!(memory instanceof WebAssembly.Memory) || typeof run !== 'function') throw new TypeError('the kernels export no memory or no program');
    fill(memory.buffer);
    return { heap: new Float32Array(memory.buffer), run: () => void run() };
  }
  const heap = new Float32Array(module.elements);
  fill(heap.buffer);
  const text = `export ${code.text}`;
  const { createKernels } = (await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)) as { createKernels: (memory: ArrayBuffer) => { run: () => void } };
  return { heap, run: createKernels(heap.buffer).run };
}
