// Printed kernels in this process: what verify, bench and evaluate run.

import { present } from '../base/invariant.ts';
import { stream } from '../base/random.ts';
import type { KernelPrinter } from '../emit/kernel-printer.ts';
import { packSegments } from '../emit/segments.ts';
import { planOf } from '../emit/tensor-plan.ts';
import type { Binding, KernelModule } from '../ir/kernel.ts';
import { readBinding, writeBinding } from '../ir/tensor-binding.ts';
import { makeNamedNet } from '../runtime/ports.ts';
import type { NamedPlans } from '../runtime/ports.ts';
import type { StartedNetwork } from './target.ts';

export interface StartedKernels {
  readonly heap: Float32Array<ArrayBuffer>;
  /** Runs the program `run` once. */
  readonly run: () => void;
}

export async function startKernels({ print }: KernelPrinter, module: KernelModule, version: string): Promise<StartedKernels> {
  const { memory, run } = await (await print(module, 'separate')).start(version);
  const { bytes, ranges } = packSegments(module);
  for (const { to, from, length } of ranges) new Uint8Array(memory).set(bytes.subarray(from, from + length), to);
  return { heap: new Float32Array(memory), run };
}

/** Kernels over random numbers from -1 to 1 in all memory that is no constant, padding included. */
export async function startFilled(printer: KernelPrinter, module: KernelModule, version: string): Promise<StartedKernels> {
  const started = await startKernels(printer, module, version);
  const constants = module.segments.reduce((first, { offset }) => Math.min(first, offset), module.elements);
  const { uniform } = stream(1, 'values');
  for (let i = 0; i < constants; i++) started.heap[i] = 2 * uniform(i) - 1;
  return started;
}

/** A deployed network. */
export async function startNetwork(printer: KernelPrinter, module: KernelModule, version: string): Promise<StartedNetwork> {
  const { heap, run } = await startKernels(printer, module, version);
  const { inputs, outputs } = module.bindings;
  const plans = (bindings: readonly Binding[]): NamedPlans => bindings.map((binding) => [binding.name, planOf(binding, 'chw')]);
  // Who gives it numbers knows what they are.
  const facts = { name: 'network', build: '', batch: 1, layout: 'chw', meta: {} } as const;
  return {
    run: async (feeds) => {
      for (const binding of inputs) writeBinding(binding, heap, present(feeds.get(binding.name), binding.name));
      run();
      return new Map(outputs.map((binding) => [binding.name, readBinding(binding, heap)]));
    },
    net: makeNamedNet(facts, { input: plans(inputs), output: plans(outputs) }, heap.buffer, run),
  };
}
