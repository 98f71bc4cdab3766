// What one thread does: a pass runs a program (`step` or `evaluate`) over consecutive batches, together with
// the other threads and without the main one. Each batch is
//
//   gather    one task a shard: samples, labels and weights to their bindings
//   stages    the program's own
//   close     by the last thread to finish: losses added in fixed order, whether to go on
//
// with a barrier after each. Tasks of a stage are independent, so any thread may take any; sums are taken in
// sample order. So no bit depends on the number of threads.

import { present } from '../base/invariant.ts';
import type { MemorySamples, SampleSource } from '../base/samples.ts';
import { cropAt, cropImage } from '../train/augment.ts';
import { barrier, takeTask } from '../runtime/barrier.ts';
import { sum, word } from './control.ts';
import type { Control } from './control.ts';
import type { SharedData, SplitName } from './shared-data.ts';
import type { SampleOffsets } from '../ir/tensor-binding.ts';
import type { StageWork } from '../runtime/thread-count.ts';

export type ProgramName = 'step' | 'evaluate';

/** What threads must know of an emitted program. Offsets are in elements of the memory. */
export interface ProgramCode {
  /** In order. */
  readonly stages: readonly StageWork[];
  readonly samples: number;
  readonly shards: number;
  readonly sample: SampleOffsets;
  readonly label: SampleOffsets;
  /** By sample, like the next two. */
  readonly weight: Int32Array;
  readonly loss: Int32Array;
  /** Absent: no sample is answered rightly or wrongly. */
  readonly correct?: Int32Array;
  /** What the program reads that differs from batch to batch. */
  readonly scalars: readonly { readonly name: string; readonly offset: number }[];
  /** What else it reads. */
  readonly step?: number;
  readonly seed?: number;
}

/** The emitted code of a phase. */
export interface PhaseCode {
  readonly module: WebAssembly.Module;
  readonly programs: Readonly<Record<ProgramName, ProgramCode>>;
}

/** Memory that all threads of a run share. */
export interface SharedState {
  readonly memory: WebAssembly.Memory;
  readonly control: Control;
  readonly data: SharedData;
  /** Sample numbers in the order in which the pass visits them. */
  readonly order: Uint32Array<SharedArrayBuffer>;
  /** By batch of the pass, for each the `scalars` of its program. */
  readonly scalars: Float32Array<SharedArrayBuffer>;
  /** How the samples of `order` are changed, in its order, in passes that change them (train/augment.ts). */
  readonly crops: Int32Array<SharedArrayBuffer>;
}

export interface SamplePass {
  readonly program: ProgramName;
  readonly split: SplitName;
  /** Batches `from` .. `to - 1` of `order`. */
  readonly from: number;
  readonly to: number;
  /** Entries of `order`; the last batch is filled with samples of weight 0. */
  readonly count: number;
  /** Number of batch 0 over the whole run, for what is drawn at random. */
  readonly firstStep: number;
  readonly seed: number;
  /** The samples are images, which are changed as `crops` says. */
  readonly cropped: boolean;
  /** What the losses of samples are multiplied by, by class. Absent: 1. */
  readonly lossWeights?: Float32Array | undefined;
}

/** One thread's hold on the code of a phase. */
export interface ThreadCode {
  readonly code: PhaseCode;
  /** Runs one task of a stage. */
  readonly run: Readonly<Record<ProgramName, (stage: number, task: number) => void>>;
}

export const importName = 'engine';

export function loadCode(code: PhaseCode, { memory }: SharedState): ThreadCode {
  const { exports } = new WebAssembly.Instance(code.module, { [importName]: { memory } });
  const entry = (name: string): ((stage: number, task: number) => void) => present(exports[name], `export ${name}`) as (stage: number, task: number) => void;
  return { code, run: { step: entry('step_stage'), evaluate: entry('evaluate_stage') } };
}

/**
 * Runs the pass together with `threads - 1` other threads that are given the same one.
 * @param source The samples of its split. Where it throws, the others wait for this thread until they are ended.
 */
export function runPass(pass: SamplePass, threads: number, { code, run }: ThreadCode, shared: SharedState, source: SampleSource): void {
  const { words, sums } = shared.control;
  const program = code.programs[pass.program];
  const runTask = run[pass.program];
  const { stages, shards } = program;
  const memory = new Float32Array(shared.memory.buffer);
  const gather = gatherer(pass, program, shared, memory, source);
  let batch = pass.from;
  const close = (): void => {
    let loss = 0;
    let correct = 0;
    for (let i = 0; i < program.samples; i++) {
      loss += memory[program.loss[i] as number] as number;
      // Right answers are counted, whatever they weigh.
      if (program.correct && memory[program.correct[i] as number] !== 0) correct++;
    }
    sums[sum.loss] = (sums[sum.loss] as number) + loss;
    sums[sum.correct] = (sums[sum.correct] as number) + correct;
    sums[sum.batchLoss] = loss / program.samples;
    // A sample far out of range may well have an infinite loss: that spoils a step, but no evaluation.
    const diverged = pass.program === 'step' && !Number.isFinite(loss);
    if (diverged) words[word.diverged] = 1;
    Atomics.store(words, word.done, batch + 1);
    const paused = pass.program === 'step' && Atomics.load(words, word.pause) !== 0;
    const goingOn = batch + 1 < pass.to && !diverged && !paused;
    Atomics.store(words, word.going, goingOn ? 1 : 0);
  };

  for (; batch < pass.to; batch++) {
    for (let task = takeTask(words); task < shards; task = takeTask(words)) gather(batch, task);
    barrier(words, threads);
    for (let stage = 0; stage < stages.length; stage++) {
      const { tasks: count } = stages[stage] as StageWork;
      for (let task = takeTask(words); task < count; task = takeTask(words)) runTask(stage, task);
      if (stage < stages.length - 1) barrier(words, threads);
    }
    barrier(words, threads, close);
    if (Atomics.load(words, word.going) === 0) return;
  }
}

/** f32 of byte / 255. */
const byteValues = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Brings one shard of a batch to its bindings, and with the first shard the scalars. */
function gatherer(pass: SamplePass, program: ProgramCode, shared: SharedState, memory: Float32Array, { held, locate }: SampleSource): (batch: number, shard: number) => void {
  const { order, scalars, crops } = shared;
  const { labels } = shared.data[pass.split];
  const { shape, starts, elements } = program.sample;
  const { starts: labelStarts, elements: labelElements } = program.label;
  const [, rows = 1, columns = 1] = shape;
  const perShard = program.samples / program.shards;
  const integers = new Int32Array(shared.memory.buffer);

  const copySample = (start: number, from: MemorySamples, first: number): void => {
    if (from instanceof Uint8Array) {
      for (let e = 0; e < elements.length; e++) memory[start + (elements[e] as number)] = byteValues[from[first + e] as number] as number;
    } else {
      for (let e = 0; e < elements.length; e++) memory[start + (elements[e] as number)] = from[first + e] as number;
    }
  };
  /** An image as it is shown. */
  const shown = held instanceof Uint8Array ? new Uint8Array(elements.length) : new Float32Array(elements.length);

  return (batch, shard) => {
    for (let i = shard * perShard; i < (shard + 1) * perShard; i++) {
      const position = batch * program.samples + i;
      const isSample = position < pass.count;
      // A sample to fill up with: any finite one does.
      const index = order[isSample ? position : 0] as number;
      const firstLabel = index * labelElements.length;
      const first = locate(index);
      if (pass.cropped) {
        cropImage(held.subarray(first, first + elements.length), shown, rows, columns, cropAt(crops, isSample ? position : 0));
        copySample(starts[i] as number, shown, 0);
      } else {
        copySample(starts[i] as number, held, first);
      }
      for (let e = 0; e < labelElements.length; e++) memory[(labelStarts[i] as number) + (labelElements[e] as number)] = labels[firstLabel + e] as number;
      memory[program.weight[i] as number] = isSample ? (pass.lossWeights?.[labels[firstLabel] as number] ?? 1) : 0;
    }
    if (shard !== 0) return;
    for (const [i, { offset }] of program.scalars.entries()) memory[offset] = scalars[batch * program.scalars.length + i] as number;
    if (program.step !== undefined) integers[program.step] = pass.firstStep + batch;
    if (program.seed !== undefined) integers[program.seed] = pass.seed;
  };
}
