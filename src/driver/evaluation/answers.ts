// A network that can be asked for answers, and its answers to the samples of a data set.

import { setImmediate } from 'node:timers/promises';
import { present } from '../../base/invariant.ts';
import type { Samples } from '../../base/samples.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { openSamples } from '../../engine/sample-reader.ts';
import { readBinding, writeBinding } from '../../ir/tensor-binding.ts';
import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { lowerDeployed } from '../../lower/lower.ts';
import { targets } from '../../targets/index.ts';
import { startKernels } from '../../targets/start-kernels.ts';
import { versionEverywhere } from '../../targets/target.ts';
import { compact } from '../build/compact.ts';

export interface AnsweringNetwork {
  /** Of one sample; images are CHW. */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** Samples a run. */
  readonly batch: number;
  /** What it answers, `[batch, ...outputShape]`, to samples `[batch, ...inputShape]`; the samples are not kept. */
  readonly run: (samples: Float32Array) => Float32Array | Promise<Float32Array>;
}

/** What is asked of a split. Bytes stand for byte / 255. */
export interface Questions {
  readonly count: number;
  readonly samples: Samples;
}

/** Milliseconds between looks at what else there is to do, such as a Ctrl-C. */
const patience = 50;

/**
 * Asks for the answer to each sample, in their order. Bytes become the f32 of byte / 255, as in training. Fails with `data/changed`.
 * @param take Told the number of a sample and what the network answers, which is there until it returns.
 */
export async function eachAnswer({ inputShape, outputShape, batch, run }: AnsweringNetwork, { count, samples }: Questions, take: (sample: number, answer: Float32Array) => void): Promise<void> {
  const [size, outputs] = [sizeOf(inputShape), sizeOf(outputShape)];
  const input = new Float32Array(batch * size);
  const reader = openSamples(samples, size, 'ascending');
  try {
    const { held, locate } = reader;
    const divisor = held instanceof Uint8Array ? 255 : 1;
    let looked = performance.now();
    for (let first = 0; first < count; first += batch) {
      const filled = Math.min(batch, count - first);
      for (let i = 0; i < filled; i++) {
        for (let e = i * size, at = locate(first + i); e < (i + 1) * size; e++, at++) input[e] = (held[at] as number) / divisor;
      }
      // A last batch that is not full keeps samples of the batch before: what they get is not looked at.
      const answers = await run(input);
      for (let i = 0; i < filled; i++) take(first + i, answers.subarray(i * outputs, (i + 1) * outputs));
      if (performance.now() - looked < patience) continue;
      await setImmediate();
      looked = performance.now();
    }
    reader.check();
  } finally {
    reader.close();
  }
}

/** The network of trained weights, compacted. */
export function compactedNetwork(trained: Program, ops: OpRegistry): Promise<AnsweringNetwork> {
  return deployedNetwork(compact(trained, ops), ops);
}

/** A deployed network for one sample, by the very kernels of the module that `build` makes of it unless told. */
export async function deployedNetwork(deployed: Program, ops: OpRegistry): Promise<AnsweringNetwork> {
  const [target] = targets;
  const kernels = lowerDeployed(deployed, ops, target.machine);
  const { heap, run } = await startKernels(target, kernels, versionEverywhere(target).name);
  const { inputs, outputs } = kernels.bindings;
  const [input, output] = [present(inputs[0], 'input'), present(outputs[0], 'output')];
  const answer = new Float32Array(sizeOf(output.shape));
  return {
    inputShape: input.shape.slice(1),
    outputShape: output.shape.slice(1),
    batch: 1,
    run: (samples) => {
      writeBinding(input, heap, { shape: input.shape, data: samples });
      run();
      return readBinding(output, heap, answer).data;
    },
  };
}
