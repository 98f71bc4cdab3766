// Networks in the gpu.js that is given.

import { present } from '../../base/invariant.ts';
import type { Tensor } from '../../base/tensor.ts';
import { planOf } from '../../emit/tensor-plan.ts';
import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { lowerThreads } from '../../lower/threads/lower-threads.ts';
import { rewrite } from '../../passes/rewrite.ts';
import { startGpuNet } from '../../runtime/gpujs-net.ts';
import type { GpuNet, GpuOptions } from '../../runtime/gpujs-net.ts';
import { addressesOf } from '../../runtime/net.ts';
import type { StartedNetwork } from '../target.ts';
import { planModule } from './plan.ts';

/** A network of gpu.js has one output, so every output is that of a network of its own, of which one runs at a time. */
export function startThreads({ graph, parameters }: Program, ops: OpRegistry, given: GpuOptions): StartedNetwork {
  return {
    run: async (feeds) => {
      const { data } = present([...feeds.values()][0], 'input');
      const found = new Map<string, Tensor<Float32Array>>();
      for (const output of graph.outputs) {
        const upTo = rewrite({ graph: { ...graph, outputs: [output] }, parameters }, ops, () => undefined);
        const { net, shape } = await startOne(upTo, ops, given);
        found.set(output.name, { shape, data: await net.run(data) });
        await net.destroy();
      }
      return found;
    },
  };
}

async function startOne(program: Program, ops: OpRegistry, given: GpuOptions): Promise<{ readonly net: GpuNet; readonly shape: readonly number[] }> {
  const module = lowerThreads(program, ops);
  const { kernels, weights } = planModule(module);
  const [input, output] = [present(module.inputs[0], 'input'), present(module.outputs[0], 'output')];
  const places = { input: addressesOf(planOf(input, 'chw')), output: addressesOf(planOf(output, 'chw')), inputExtents: input.extents };
  const { name, batch } = program.graph;
  return { net: await startGpuNet(given, { name, build: '', batch: batch.samples }, kernels, weights, places), shape: output.shape };
}
