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
import type { SampleSource } from '../base/samples.ts';
import { barrier, takeTask } from '../runtime/barrier.ts';
import { sum, word } from './control.ts';
import type { Control } from './control.ts';
import { gatherer } from './gather.ts';
import type { SamplePlaces } from './gather.ts';
import type { SharedData, SplitName } from './shared-data.ts';
import type { StageWork } from '../runtime/thread-count.ts';

export type ProgramName = 'step' | 'evaluate';

/** What threads must know of an emitted program. Offsets are in elements of the memory. */
export interface ProgramCode extends SamplePlaces {
  /** In order. */
  readonly stages: readonly StageWork[];
  readonly shards: number;
  /** By sample, like the next one. */
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
  const { order, crops } = shared;
  const perShard = program.samples / shards;
  const gather = gatherer(program, { ...pass, labels: shared.data[pass.split].labels, order, ...(pass.cropped && { crops }) }, memory, source);
  const bringScalars = scalarWriter(pass, program, shared, memory);
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
    for (let task = takeTask(words); task < shards; task = takeTask(words)) {
      gather(batch, task * perShard, (task + 1) * perShard);
      if (task === 0) bringScalars(batch);
    }
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

/** Brings the scalars of a batch to their places. */
function scalarWriter({ firstStep, seed }: SamplePass, program: ProgramCode, { scalars, memory: { buffer } }: SharedState, memory: Float32Array): (batch: number) => void {
  const integers = new Int32Array(buffer);
  return (batch) => {
    for (const [i, { offset }] of program.scalars.entries()) memory[offset] = scalars[batch * program.scalars.length + i] as number;
    if (program.step !== undefined) integers[program.step] = firstStep + batch;
    if (program.seed !== undefined) integers[program.seed] = seed;
  };
}
