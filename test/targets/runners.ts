// Prints a kernel module for each target and makes it runnable, so that one test serves them all.

import type { KernelModule, TargetMachine } from '../../src/ir/kernel.ts';
import { jsMachine } from '../../src/targets/js/machine.ts';
import { printJs } from '../../src/targets/js/print.ts';
import { wasmMachine } from '../../src/targets/wasm/machine.ts';
import { printWasm } from '../../src/targets/wasm/print.ts';

export interface Running {
  readonly memory: Float32Array;
  readonly run: () => void;
}

export interface Runner {
  readonly machine: TargetMachine;
  readonly start: (module: KernelModule) => Running;
}

function startWasm(module: KernelModule): Running {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(printWasm(module, { memory: 'own' })));
  const memory = new Float32Array((exports['memory'] as WebAssembly.Memory).buffer);
  return { memory, run: exports['run'] as () => void };
}

function startJs(module: KernelModule): Running {
  const memory = new Float32Array(module.elements);
  for (const { offset, data } of module.segments) {
    new Uint8Array(memory.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 4 * offset);
  }
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- printed code is what is tested
  const make = new Function('heap', `${printJs(module)}return createKernels(heap);`) as (heap: ArrayBuffer) => { run: () => void };
  return { memory, run: make(memory.buffer).run };
}

export const runners: readonly Runner[] = [
  { machine: wasmMachine, start: startWasm },
  { machine: jsMachine, start: startJs },
];
