// Passes over data: an epoch of training steps, and evaluations.

import { present } from '../base/invariant.ts';
import type { PassEnd, PassRequest, Sums } from '../engine/engine.ts';
import type { SplitName } from '../engine/shared-data.ts';
import { epochOrder, positionOf } from '../train/plan.ts';
import { paceOf } from './run-context.ts';
import type { Run } from './run-context.ts';

/** Seconds between checkpoints within an epoch. */
const checkpointInterval = 30;
const progressMilliseconds = 250;

/** The steps of an epoch, without those that are done. */
export type EpochPass = Omit<PassRequest, 'from' | 'to' | 'sums'>;

/** Everything of the epoch's batches that the plan and the seed decide. */
export function epochPass({ plan, spec, data }: Run, phase: number, epoch: number): EpochPass {
  const { spec: phaseSpec, firstStep, stepsPerEpoch } = present(plan.phases[phase], 'phase');
  const { training } = data.division;
  const epochStart = firstStep + epoch * stepsPerEpoch;
  return {
    program: 'step',
    split: 'training',
    firstStep: epochStart,
    seed: spec.seed,
    order: epochOrder(spec.seed, phaseSpec.name, epoch, training.length).map((i) => training[i] as number),
    rates: Float32Array.from({ length: stepsPerEpoch }, (_, batch) => positionOf(plan, epochStart + batch).rate),
  };
}

/** Trains from a batch of an epoch on, to its end, the next checkpoint that is due, or the signal to stop. */
export async function trainEpoch(run: Run, phase: number, epoch: number, from: number, sums: Sums): Promise<PassEnd> {
  const { engine, plan, options } = run;
  const { spec, stepsPerEpoch } = present(plan.phases[phase], 'phase');
  const pass = epochPass(run, phase, epoch);
  const due = run.seconds() + checkpointInterval;
  const report = (): void => {
    if (run.seconds() > due) engine.pause();
    const { done, batchLoss } = engine.progress();
    const step = pass.firstStep + done;
    if (done === from) return;
    const { rate } = positionOf(plan, step - 1);
    options.onProgress?.({ kind: 'step', phase: spec.name, epoch: epoch + 1, epochs: spec.epochs, step, totalSteps: plan.totalSteps, loss: batchLoss, rate, ...paceOf(run, step) });
  };
  const timer = setInterval(report, progressMilliseconds);
  const stop = (): void => engine.pause();
  options.signal?.addEventListener('abort', stop);
  try {
    return await engine.run({ ...pass, from, to: stepsPerEpoch, sums });
  } finally {
    clearInterval(timer);
    options.signal?.removeEventListener('abort', stop);
  }
}

export interface Score {
  /** Mean cross entropy. */
  readonly loss: number;
  /** Share answered wrongly. */
  readonly error: number;
}

/** @param samples Numbers of the samples to judge by, at least one. */
export async function evaluateOn({ engine, spec, plan }: Run, phase: number, split: SplitName, samples: Uint32Array): Promise<Score> {
  const { batch } = present(plan.phases[phase], 'phase').spec;
  const to = Math.ceil(samples.length / batch);
  const { loss, correct } = await engine.run({ program: 'evaluate', split, from: 0, to, order: samples, firstStep: 0, seed: spec.seed });
  return { loss: loss / samples.length, error: (samples.length - correct) / samples.length };
}
