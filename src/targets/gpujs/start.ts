// Networks in the gpu.js that is given.

import { present } from '../../base/invariant.ts';
import type { Tensor } from '../../base/tensor.ts';
import { planOf } from '../../emit/tensor-plan.ts';
import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { ThreadBinding } from '../../ir/thread-kernel.ts';
import { lowerThreads } from '../../lower/threads/lower-threads.ts';
import { startGpuNet } from '../../runtime/gpujs-net.ts';
import type { GpuOptions } from '../../runtime/gpujs-net.ts';
import { addressesOf } from '../../runtime/net.ts';
import type { Port } from '../../runtime/ports.ts';
import type { StartedNetwork } from '../target.ts';
import { planModule } from './plan.ts';

/** Every run is that of a network of its own. */
export function startThreads(program: Program, ops: OpRegistry, given: GpuOptions): StartedNetwork {
  const module = lowerThreads(program, ops);
  const { kernels, weights } = planModule(module);
  const [inputs, outputs] = [portsAt(module.inputs), portsAt(module.outputs)];
  const { name, batch } = program.graph;
  return {
    run: async (feeds) => {
      const net = await startGpuNet(given, { name, build: '', batch: batch.samples }, kernels, weights, inputs, outputs);
      const lists = inputs.map((input) => [input.name, present(feeds.get(input.name), input.name).data] as const);
      const answer = await net.run(lists.length === 1 ? present(lists[0], 'input')[1] : Object.fromEntries(lists));
      await net.destroy();
      const found = answer instanceof Float32Array ? { [present(outputs[0], 'output').name]: answer } : answer;
      return new Map(module.outputs.map((output): [string, Tensor<Float32Array>] => [output.name, { shape: output.shape, data: present(found[output.name], output.name) }]));
    },
  };
}

/** As the runtime has them, under their own names and in logical order. */
function portsAt<Of extends ThreadBinding>(bindings: readonly Of[]): readonly (Of & Port)[] {
  return bindings.map((binding) => ({ ...binding, addresses: addressesOf(planOf(binding, 'chw')), what: binding.name }));
}
