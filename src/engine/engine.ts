// Runs the emitted phases of a training run over one shared memory: enter a phase, put parameters in, run
// passes, take parameters out. When to do what is the driver's.

import { fail } from '../base/diagnostic.ts';
import { invariant, present } from '../base/invariant.ts';
import type { Tensor } from '../base/tensor.ts';
import type { GroupSet } from '../ir/group.ts';
import type { Model } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { cropSize } from '../train/augment.ts';
import type { Cut } from '../train/cut-network.ts';
import { scalarNames } from '../train/step-scalars.ts';
import { newControl, sum, word } from './control.ts';
import { trainingDiagnostics } from './diagnostics.ts';
import { startThreads } from './node-threads.ts';
import { checkSize, emitPhase, mostPages } from './phase-module.ts';
import type { PhaseModule, PhaseRequest } from './phase-module.ts';
import type { SharedData } from './shared-data.ts';
import { readBinding, writeBinding } from '../ir/tensor-binding.ts';
import { worthwhileThreads } from '../runtime/thread-count.ts';
import type { SamplePass, SharedState } from './thread.ts';

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
  /** The loss of a step was not finite; the pass stopped after it. */
  readonly diverged: boolean;
}

/** What the threads should do next, and over which samples. */
export interface PassRequest extends Omit<SamplePass, 'count' | 'cropped'> {
  /** Sample numbers; batch b takes entries from b times the batch on. */
  readonly order: Uint32Array;
  /** What a step reads anew, by name and batch: the rate, and what its optimizer has; none for an evaluation. */
  readonly scalars?: ReadonlyMap<string, Float32Array>;
  /** How the images are changed, in the order of `order` (train/augment.ts). Absent: not at all. */
  readonly crops?: Int32Array;
  /** What the sums start from, where a pass goes on; absent: 0. */
  readonly sums?: Sums;
}

/** What lives from step to step, by name: parameters, buffers of the optimizer, running statistics, masks. */
export type PhaseTensors = ReadonlyMap<string, Tensor<Float32Array>>;

export interface Engine {
  /**
   * Emits a phase and gives the threads its code. Everything persistent is then zero. Fails with
   * `train/too-much-memory` and `train/no-memory`.
   * @param groups That it penalises, where that is otherwise than it was asked for: the same groups with other penalties.
   * @param cut What is left of the network, where less of it is to be computed. Tensors are read and written whole all the same:
   * those elements that are not computed stay as they are.
   */
  readonly enter: (phase: number, groups?: readonly GroupSet[], cut?: Cut) => Promise<void>;
  /**
   * Everything of the phase that lives from step to step, copied out, by name.
   * @param into What an earlier read of the phase answered: its arrays are filled anew, none are made. In a phase that was entered cut
   * it has to be given.
   */
  readonly read: (into?: PhaseTensors) => PhaseTensors;
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
  /** At most. */
  readonly threads: number;
  /** How many of them take part in a program; absent: as many as it is worth. */
  readonly share?: typeof worthwhileThreads;
  /** Called when emitting a phase has left much garbage, before its memory is taken. */
  readonly tidy?: (() => void) | undefined;
}

/** Starts the threads. Fails with `train/too-much-memory`. */
export function startEngine({ model, phases, data, threads: threadCount, share = worthwhileThreads, tidy }: EngineOptions, ops: OpRegistry): Engine {
  for (const request of phases) checkSize(model, request, ops);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true });
  const most = Math.max(data.training.count, data.test.count);
  const batches = Math.max(1, ...phases.map(({ spec }) => Math.floor(data.training.count / spec.batch)));
  const mostScalars = Math.max(0, ...phases.map(({ spec }) => scalarNames(spec).length));
  const shared: SharedState = {
    memory,
    control: newControl(),
    data,
    order: new Uint32Array(new SharedArrayBuffer(4 * most)),
    scalars: new Float32Array(new SharedArrayBuffer(4 * batches * mostScalars)),
    crops: new Int32Array(new SharedArrayBuffer(4 * cropSize * data.training.count)),
  };
  const { words, sums } = shared.control;
  const threads = startThreads(threadCount, shared);
  const elements = (): Float32Array => new Float32Array(memory.buffer);
  let current: PhaseModule | undefined;
  /** For each tensor of a cut phase, where its elements lie in the whole one. */
  let sources: ReadonlyMap<string, Int32Array> | undefined;
  const phase = (): PhaseModule => present(current, 'phase that was entered');
  const progress = (): Progress => ({
    done: Atomics.load(words, word.done),
    loss: sums[sum.loss] as number,
    correct: sums[sum.correct] as number,
    batchLoss: sums[sum.batchLoss] as number,
  });

  return {
    enter: async (index, groups, cut) => {
      // Emitted only now: at no time is more than one phase's code in memory.
      current = undefined;
      const request = present(phases[index], `phase ${index}`);
      current = await emitPhase(cut ? { ...model, network: cut.network } : model, groups ? { ...request, groups } : request, ops);
      sources = cut && sourcesOf(current, cut);
      tidy?.();
      await threads.started;
      growTo(current.pages, memory, model.network.name);
      const all = elements().fill(0);
      for (const { offset, data: segment } of current.segments) {
        if (segment instanceof Float32Array) all.set(segment, offset);
        else new Int32Array(memory.buffer).set(segment, offset);
      }
      if (current.strength) all[current.strength.offset] = 1;
      await threads.load(current.code);
    },
    read: (into) => {
      if (!sources) return new Map([...phase().persistent].map(([name, binding]) => [name, readBinding(binding, elements(), into?.get(name)?.data)]));
      const whole = present(into, 'tensors of the whole network');
      for (const [name, binding] of phase().persistent) {
        const { data } = present(whole.get(name), name);
        const source = present(sources.get(name), name);
        for (const [i, value] of readBinding(binding, elements()).data.entries()) data[source[i] as number] = value;
      }
      return whole;
    },
    write: (tensors) => {
      for (const [name, binding] of phase().persistent) {
        const found = tensors.get(name);
        const source = sources?.get(name);
        if (found) writeBinding(binding, elements(), source ? { shape: binding.shape, data: Float32Array.from(source, (at) => found.data[at] as number) } : found);
      }
    },
    run: async ({ order, scalars, crops, sums: before, ...pass }) => {
      invariant(pass.from < pass.to && order.length <= most, 'a pass has batches');
      shared.order.set(order);
      const { scalars: read, stages } = phase().code.programs[pass.program];
      for (const [i, { name }] of read.entries()) present(scalars?.get(name), name).forEach((value, batch) => void (shared.scalars[batch * read.length + i] = value));
      if (crops) shared.crops.set(crops);
      Atomics.store(words, word.pause, 0);
      Atomics.store(words, word.done, pass.from);
      Atomics.store(words, word.diverged, 0);
      sums[sum.loss] = before?.loss ?? 0;
      sums[sum.correct] = before?.correct ?? 0;
      await threads.run({ ...pass, count: order.length, cropped: crops !== undefined }, share(stages, threadCount));
      return { ...progress(), diverged: Atomics.load(words, word.diverged) !== 0 };
    },
    progress,
    pause: () => void Atomics.store(words, word.pause, 1),
    close: threads.close,
  };
}

/** Of all that lives from step to step: buffers and masks, named after their parameter, lie as it does. */
function sourcesOf({ persistent }: PhaseModule, { sources }: Cut): ReadonlyMap<string, Int32Array> {
  const parameters = [...sources.keys()].toSorted((a, b) => b.length - a.length);
  const parameterOf = (name: string): string => present(parameters.find((parameter) => name === parameter || name.startsWith(`${parameter}.`)), name);
  return new Map([...persistent.keys()].map((name) => [name, present(sources.get(parameterOf(name)), name)]));
}

function growTo(pages: number, memory: WebAssembly.Memory, network: string): void {
  const missing = pages - memory.buffer.byteLength / 65536;
  if (missing <= 0) return;
  try {
    memory.grow(missing);
  } catch {
    fail(trainingDiagnostics['no-memory']({ args: [network, pages * 65536], help: 'use a smaller batch or smaller layers' }));
  }
}
