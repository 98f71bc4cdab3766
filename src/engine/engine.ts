// Runs the emitted phases of a training run over one shared memory: enter a phase, put parameters in, run
// passes, take parameters out. When to do what is the driver's.

import { fail } from '../base/diagnostic.ts';
import { invariant, present } from '../base/invariant.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Model } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { newControl, sum, word } from './control.ts';
import { trainingDiagnostics } from './diagnostics.ts';
import { startThreads } from './node-threads.ts';
import { emitPhase, lowerPhase, pagesFor } from './phase-module.ts';
import type { PhaseModule, PhaseRequest } from './phase-module.ts';
import type { SharedData } from './shared-data.ts';
import { readBinding, writeBinding } from './tensor-binding.ts';
import type { Pass, SharedState } from './thread.ts';

/** Losses (times weights) and right answers of the samples of a pass so far. */
export interface Sums {
  readonly loss: number;
  readonly correct: number;
}

export interface Progress extends Sums {
  /** The batch that is next. */
  readonly done: number;
  /** Mean loss of the last batch. */
  readonly batchLoss: number;
}

export interface PassEnd extends Progress {
  /** Some loss was not finite; the pass stopped after that batch. */
  readonly diverged: boolean;
}

/** What the threads should do next, and over which samples. */
export interface PassRequest extends Omit<Pass, 'count'> {
  /** Sample numbers; batch b takes entries from b times the batch on. */
  readonly order: Uint32Array;
  /** Learning rates by batch; none for an evaluation. */
  readonly rates?: Float32Array;
  /** What the sums start from, where a pass goes on; absent: 0. */
  readonly sums?: Sums;
}

export interface Engine {
  readonly bytes: number;
  readonly samplesABatch: (phase: number) => number;
  /** Clears the memory and gives the threads the phase's code. Everything persistent is then zero. */
  readonly enter: (phase: number) => Promise<void>;
  /** Everything of the phase that lives from step to step, copied out, by name. */
  readonly read: () => ReadonlyMap<string, Tensor<Float32Array>>;
  /** Copies tensors in; those the phase does not know are left out. */
  readonly write: (tensors: ReadonlyMap<string, Tensor>) => void;
  readonly run: (request: PassRequest) => Promise<PassEnd>;
  /** Where the current pass is, while it runs. */
  readonly progress: () => Progress;
  /** Makes the current pass of training steps stop after its batch; evaluations go on. */
  readonly pause: () => void;
  readonly close: () => Promise<void>;
}

export interface EngineOptions {
  readonly model: Model;
  readonly phases: readonly PhaseRequest[];
  readonly data: SharedData;
  readonly threads: number;
}

/** Fails with `train/too-much-memory` and `train/no-memory`. */
export async function startEngine({ model, phases: requests, data, threads: threadCount }: EngineOptions, ops: OpRegistry): Promise<Engine> {
  const phases = requests.map((request) => lowerPhase(model, request, ops));
  const pages = pagesFor(model.network.name, phases);
  const memory = allocate(model.network.name, pages);
  const codes = await Promise.all(phases.map((phase) => emitPhase(phase, pages)));
  const most = Math.max(data.training.count, data.test.count);
  const batches = Math.max(1, ...phases.map(({ batch }) => Math.floor(data.training.count / batch.samples)));
  const shared: SharedState = {
    memory,
    control: newControl(),
    data,
    order: new Uint32Array(new SharedArrayBuffer(4 * most)),
    rates: new Float32Array(new SharedArrayBuffer(4 * batches)),
  };
  const { words, sums } = shared.control;
  const elements = new Float32Array(memory.buffer);
  const threads = startThreads(threadCount, shared);
  let current: PhaseModule | undefined;
  const phase = (): PhaseModule => present(current, 'phase that was entered');
  const progress = (): Progress => ({
    done: Atomics.load(words, word.done),
    loss: sums[sum.loss] as number,
    correct: sums[sum.correct] as number,
    batchLoss: sums[sum.batchLoss] as number,
  });

  return {
    bytes: memory.buffer.byteLength,
    samplesABatch: (index) => present(phases[index], `phase ${index}`).batch.samples,
    enter: async (index) => {
      current = present(phases[index], `phase ${index}`);
      elements.fill(0);
      for (const { offset, data: segment } of current.kernel.segments) {
        const View = segment instanceof Float32Array ? Float32Array : Int32Array;
        new View(memory.buffer).set(segment, offset);
      }
      const strength = current.kernel.bindings.find(({ name }) => name === 'strength');
      if (strength) elements[strength.offset] = 1;
      await threads.load(present(codes[index], `phase ${index}`));
    },
    read: () => new Map([...phase().persistent].map(([name, binding]) => [name, readBinding(binding, elements)])),
    write: (tensors) => {
      for (const [name, binding] of phase().persistent) {
        const found = tensors.get(name);
        if (found) writeBinding(binding, elements, found);
      }
    },
    run: async ({ order, rates, sums: before, ...pass }) => {
      invariant(pass.from < pass.to && order.length <= most, 'a pass has batches');
      shared.order.set(order);
      if (rates) shared.rates.set(rates);
      Atomics.store(words, word.pause, 0);
      Atomics.store(words, word.done, pass.from);
      Atomics.store(words, word.diverged, 0);
      sums[sum.loss] = before?.loss ?? 0;
      sums[sum.correct] = before?.correct ?? 0;
      await threads.run({ ...pass, count: order.length });
      return { ...progress(), diverged: Atomics.load(words, word.diverged) !== 0 };
    },
    progress,
    pause: () => void Atomics.store(words, word.pause, 1),
    close: threads.close,
  };
}

function allocate(network: string, pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    return fail(trainingDiagnostics['no-memory']({ args: [network, pages * 65536], help: 'use a smaller batch' }));
  }
}
