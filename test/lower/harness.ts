// Runs lowered graphs on every target and in the interpreter of the kernel IR, tensors in and out by name.

import { present } from '../../src/base/invariant.ts';
import { draws } from '../random/draw.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import { readBinding, writeBinding } from '../../src/ir/tensor-binding.ts';
import { interpretKernels } from '../../src/ir/interpret-kernel.ts';
import type { KernelModule, TargetMachine } from '../../src/ir/kernel.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { verifyKernels } from '../../src/ir/verify-kernel.ts';
import { hasRelaxedSimd } from '../../src/runtime/wasm.ts';
import { jsMachine } from '../../src/targets/js/machine.ts';
import { printJs } from '../../src/targets/js/print.ts';
import { wasmMachine } from '../../src/targets/wasm/machine.ts';
import { printWasm } from '../../src/targets/wasm/print.ts';

interface Kernels {
  readonly memory: Float32Array;
  readonly run: (program: string) => void;
}

export interface Engine {
  readonly name: string;
  readonly machine: TargetMachine;
  readonly start: (module: KernelModule) => Kernels;
}

/** Tasks of a stage run in an order of their own: they are independent. */
function startWasm(module: KernelModule, relaxed = false): Kernels {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(printWasm(module, { memory: 'own', stages: true, relaxed })));
  const memory = new Float32Array((exports['memory'] as WebAssembly.Memory).buffer);
  const run = (program: string): void => {
    const runTask = exports[`${program}_stage`] as (stage: number, task: number) => void;
    for (const [s, { items }] of present(module.programs.get(program), program).entries()) {
      const tasks = items.reduce((sum, item) => sum + item.tasks, 0);
      for (const task of shuffled(tasks, s)) runTask(s, task);
    }
  };
  return { memory, run };
}

function startJs(module: KernelModule): Kernels {
  const memory = new Float32Array(module.elements);
  for (const { offset, data } of module.segments) {
    new Uint8Array(memory.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 4 * offset);
  }
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- printed code is what is tested
  const make = new Function('heap', `${printJs(module)}return createKernels(heap);`) as (heap: ArrayBuffer) => Record<string, () => void>;
  const programs = make(memory.buffer);
  return { memory, run: (program) => present(programs[program], program)() };
}

const interpreterOf = (machine: TargetMachine): Engine => ({
  name: `interpreted for ${machine.name}`,
  machine,
  start: (module) => {
    const { memory, run } = interpretKernels(module, machine);
    return { memory, run: (program) => run(program, (tasks) => shuffled(tasks, tasks)) };
  },
});

export const targets: readonly Engine[] = [
  { name: 'wasm', machine: wasmMachine, start: (module) => startWasm(module) },
  { name: 'js', machine: jsMachine, start: startJs },
];

/** What modules carry: where this engine has relaxed SIMD, that too. Training never uses it. */
export const deployed: readonly Engine[] = [...targets, ...(hasRelaxedSimd() ? [{ name: 'wasm, relaxed', machine: wasmMachine, start: (module: KernelModule) => startWasm(module, true) }] : [])];

export const interpreters: readonly Engine[] = targets.map(({ machine }) => interpreterOf(machine));

function shuffled(count: number, seed: number): readonly number[] {
  const { uniform } = draws(seed, 'tasks');
  return Array.from({ length: count }, (_, task) => ({ task, key: uniform() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ task }) => task);
}

export interface Running {
  /** Values of inputs and parameters by name; seed and step as whole numbers. Names without a binding are left out. */
  readonly write: (feeds: ReadonlyMap<string, F64Tensor>) => void;
  readonly run: (program: string) => void;
  readonly read: (binding: string) => Tensor<Float32Array>;
}

/** Verifies and starts a module. */
export function start(module: KernelModule, engine: Engine): Running {
  verifyKernels(module, engine.machine);
  const { memory, run } = engine.start(module);
  const ints = new Int32Array(memory.buffer);
  const inputs = new Map(module.bindings.inputs.map((binding) => [binding.name, binding]));
  const outputs = new Map(module.bindings.outputs.map((binding) => [binding.name, binding]));
  return {
    write: (feeds) => {
      for (const [name, value] of feeds) {
        const binding = inputs.get(name);
        if (!binding) continue;
        if (name === 'seed' || name === 'step') ints[binding.offset] = value.data[0] ?? 0;
        else writeBinding(binding, memory, value);
      }
    },
    run,
    read: (name) => readBinding(present(outputs.get(name) ?? inputs.get(name), `binding ${name}`), memory),
  };
}
