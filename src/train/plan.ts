// A run as arithmetic: what happens at step k is a pure function of (phases, samples, seed, k), so that a
// resumed run goes on with the very batches that the interrupted one would have seen.

import { invariant, present } from '../base/invariant.ts';
import { permutation } from '../base/random.ts';
import type { PhaseSpec } from '../ir/network.ts';
import { originOf, phaseTraits, productOf } from '../ir/phase.ts';
import { roundAt } from './rounds.ts';
import { rateAt, warmupAt } from './schedule.ts';

export interface PhasePlan {
  readonly spec: PhaseSpec;
  /** The phase whose end it starts from; absent: it starts from where the run does. */
  readonly origin?: number | undefined;
  /** Its kind, numbered from the second of the kind on: names its file and its random streams, whatever the phase is called. */
  readonly key: string;
  /** Number of the phase's first step, counted over the whole run. */
  readonly firstStep: number;
  /** Every sample at most once an epoch; the remainder of a division by the batch is dropped. */
  readonly stepsPerEpoch: number;
  readonly steps: number;
  /** Parts of it, in each of which the schedule of the rate runs once. */
  readonly rounds: number;
}

export interface RunPlan {
  readonly phases: readonly PhasePlan[];
  /** The phase that the run's weights come from. */
  readonly product: number;
  readonly totalSteps: number;
}

/** Where a step stands. */
export interface StepPosition {
  /** Position in `RunPlan.phases`. */
  readonly phase: number;
  readonly epoch: number;
  readonly stepInEpoch: number;
  readonly stepInPhase: number;
  /** Share of the phase, or of its round, that is done before this step, in [0, 1). */
  readonly share: number;
  /** Learning rate of this step. */
  readonly rate: number;
}

/**
 * @param samples Size of the training set without its held-out part.
 * @param rounds Of phases that penalise (rounds.ts).
 */
export function planRun(phases: readonly PhaseSpec[], samples: number, rounds = 1): RunPlan {
  const plans: PhasePlan[] = [];
  let firstStep = 0;
  for (const [index, spec] of phases.entries()) {
    const stepsPerEpoch = Math.floor(samples / spec.batch);
    const steps = stepsPerEpoch * spec.epochs;
    plans.push({ spec, key: phaseKey(phases, index), origin: originOf(phases, index), firstStep, stepsPerEpoch, steps, rounds: phaseTraits[spec.kind].penalizes ? rounds : 1 });
    firstStep += steps;
  }
  return { phases: plans, product: productOf(phases), totalSteps: firstStep };
}

/** See {@link PhasePlan.key}. */
export function phaseKey(phases: readonly PhaseSpec[], index: number): string {
  const { kind } = present(phases[index], 'phase');
  const number = phases.slice(0, index + 1).filter((phase) => phase.kind === kind).length;
  return number === 1 ? kind : `${kind}-${number}`;
}

/** @param step 0 .. totalSteps - 1 */
export function positionOf(plan: RunPlan, step: number): StepPosition {
  invariant(step >= 0 && step < plan.totalSteps, () => `step ${step} of ${plan.totalSteps}`);
  const phase = plan.phases.findIndex(({ firstStep, steps }) => step < firstStep + steps);
  const { spec, firstStep, stepsPerEpoch, rounds } = present(plan.phases[phase], `phase of step ${step}`);
  const stepInPhase = step - firstStep;
  const epoch = Math.floor(stepInPhase / stepsPerEpoch);
  const round = roundAt(rounds, spec.epochs, epoch);
  const share = (stepInPhase - round.from * stepsPerEpoch) / (round.epochs * stepsPerEpoch);
  return {
    phase,
    epoch,
    stepInEpoch: stepInPhase % stepsPerEpoch,
    stepInPhase,
    share,
    rate: rateAt(spec.schedule, share) * warmupAt(spec.warmup, stepsPerEpoch, stepInPhase),
  };
}

/** The order of one epoch of the phase with this key: a permutation of 0 .. samples - 1. */
export function epochOrder(seed: number, key: string, epoch: number, samples: number): Uint32Array {
  return permutation(seed, `order ${key}`, epoch, samples);
}
