// Random networks on several threads: real workers over one memory, which change no bit of what one thread answers.

import { Worker } from 'node:worker_threads';
import { present } from '../../src/base/invariant.ts';
import { runtimeFunctions } from '../../src/driver/build/runtime-functions.ts';
import { workerText } from '../../src/emit/worker.ts';
import type { Program } from '../../src/ir/graph.ts';
import type { KernelModule } from '../../src/ir/kernel.ts';
import type { F64Tensor, OpRegistry } from '../../src/ir/op.ts';
import { readBinding, writeBinding } from '../../src/ir/tensor-binding.ts';
import { lowerDeployed } from '../../src/lower/lower.ts';
import { hasRelaxedSimd } from '../../src/runtime/wasm.ts';
import { startThreads } from '../../src/runtime/threads.ts';
import { withCustomSection } from '../../src/targets/wasm/encoder/custom-section.ts';
import { wasmMachine } from '../../src/targets/wasm/machine.ts';
import { printWasm } from '../../src/targets/wasm/print.ts';
import { threadedCode } from '../../src/targets/wasm/threaded.ts';
import { feedsOf } from './build.ts';

/** What the files of such a module say of their build. */
const build = 'random';

/** Outputs with other bits than one thread gives, from 1 to 4 threads and either version of the code, as the seed has it. */
export async function threadFaults(program: Program, seed: number, ops: OpRegistry): Promise<number> {
  const threads = 1 + (seed % 4);
  const relaxed = hasRelaxedSimd() && Math.floor(seed / 4) % 2 === 0;
  const input = present([...feedsOf(program, seed)].find(([name]) => !program.parameters.has(name)), 'input')[1];
  const expected = onOneThread(lowerDeployed(program, ops, wasmMachine), relaxed, input);
  const found = await onThreads(lowerDeployed(program, ops, wasmMachine, undefined, 1), relaxed, threads, input);
  return expected.filter((output, i) => !Buffer.from(output.buffer).equals(Buffer.from(present(found[i], 'output').buffer))).length;
}

function outputsOf({ bindings }: KernelModule, memory: ArrayBufferLike): readonly Float32Array[] {
  return bindings.outputs.map((binding) => Float32Array.from(readBinding(binding, new Float32Array(memory)).data));
}

function writeInput({ bindings }: KernelModule, memory: ArrayBufferLike, input: F64Tensor): void {
  writeBinding(present(bindings.inputs[0], 'input'), new Float32Array(memory), input);
}

function onOneThread(module: KernelModule, relaxed: boolean, input: F64Tensor): readonly Float32Array[] {
  const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(printWasm(module, { memory: 'own', relaxed }))).exports as { readonly memory: WebAssembly.Memory; readonly run: () => void };
  writeInput(module, memory.buffer, input);
  run();
  return outputsOf(module, memory.buffer);
}

async function onThreads(module: KernelModule, relaxed: boolean, threads: number, input: F64Tensor): Promise<readonly Float32Array[]> {
  const { bytes, shared, stages } = threadedCode(module, 'inside');
  const file = withCustomSection(bytes, 'ssl-compile', new TextEncoder().encode(build));
  const text = workerText('serveThread', build, await runtimeFunctions());
  const startWorker = async (): Promise<Worker> => new Worker(new URL(`data:text/javascript,${encodeURIComponent(text)}`));
  const { memory, compute, close } = await startThreads({ content: file, from: 'kernels' }, build, relaxed, shared, stages, threads, startWorker);
  try {
    // Other values first: nothing of one run may be left in the next.
    for (const feed of [{ shape: input.shape, data: input.data.map((value) => 10 - 3 * value) }, input]) {
      writeInput(module, memory, feed);
      await compute();
    }
    return outputsOf(module, memory);
  } finally {
    close();
  }
}
