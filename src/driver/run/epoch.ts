// Passes over data: the steps of an epoch, and evaluations.

import { present } from '../../base/invariant.ts';
import type { PassRequest } from '../../engine/engine.ts';
import type { SplitName } from '../../engine/shared-data.ts';
import type { PhaseSpec } from '../../ir/network.ts';
import { cropSize, epochCrops } from '../../train/augment.ts';
import { epochOrder } from '../../train/plan.ts';
import { stepScalars } from '../../train/step-scalars.ts';
import { taskOf } from '../../train/tasks/index.ts';
import type { PhaseContext, Run } from './run-context.ts';

/** The steps of an epoch; which of them to run is left open. */
export type EpochPass = Omit<PassRequest, 'from' | 'to' | 'sums'>;

/** Everything of the epoch's batches that the plan and the seed decide. */
export function epochPass({ plan, spec, data }: Run, phase: number, epoch: number): EpochPass {
  const { key, firstStep, stepsPerEpoch } = present(plan.phases[phase], 'phase');
  const { training } = data.division;
  const epochStart = firstStep + epoch * stepsPerEpoch;
  const order = epochOrder(spec.seed, key, epoch, training.length).map((i) => training[i] as number);
  return {
    program: 'step',
    split: 'training',
    firstStep: epochStart,
    seed: spec.seed,
    order,
    ...(spec.augment && { crops: epochCrops(spec.augment, spec.seed, key, epoch, order) }),
    lossWeights: data.lossWeights,
    scalars: stepScalars(plan, epochStart, stepsPerEpoch),
  };
}

/** Numbers of the samples that a step of the epoch learns from. */
export function samplesOf(pass: EpochPass, { batch }: PhaseSpec, stepInEpoch: number): Uint32Array {
  return pass.order.subarray(stepInEpoch * batch, (stepInEpoch + 1) * batch);
}

/** How these are changed; undefined: not at all. */
export function cropsOf({ crops }: EpochPass, { batch }: PhaseSpec, stepInEpoch: number): Int32Array | undefined {
  return crops?.subarray(stepInEpoch * batch * cropSize, (stepInEpoch + 1) * batch * cropSize);
}

export interface Score {
  /** Mean of the task's loss. */
  readonly loss: number;
  /** Of the task: a share answered wrongly. */
  readonly error: number;
}

/** @param samples Numbers of the samples to judge by, at least one. */
export async function evaluateOn({ engine, spec, plan }: PhaseContext, phase: number, split: SplitName, samples: Uint32Array): Promise<Score> {
  const { batch } = present(plan.phases[phase], 'phase').spec;
  const to = Math.ceil(samples.length / batch);
  const { loss, correct } = await engine.run({ program: 'evaluate', split, from: 0, to, order: samples, firstStep: 0, seed: spec.seed });
  return { loss: loss / samples.length, error: taskOf(spec).errorOf({ loss, correct }, samples.length) };
}
