// The learning rate at a moment of a phase.

import { assertNever } from '../base/invariant.ts';
import type { RateSchedule } from '../ir/network.ts';

/** @param share The share of the phase that is done, in [0, 1). */
export function rateAt(schedule: RateSchedule, share: number): number {
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate;
    case 'step':
      return schedule.rate * schedule.factor ** schedule.at.filter((at) => share >= at).length;
    case 'cosine':
      return schedule.rate * (schedule.to + ((1 - schedule.to) * (1 + Math.cos(Math.PI * share))) / 2);
  }
  return assertNever(schedule);
}

/**
 * What the rate of a step is multiplied by while it rises, from 1/n at the first of n steps to 1 at the last: a first step
 * of rate 0 would be none.
 * @param warmup Epochs; undefined: it does not rise.
 */
export function warmupAt(warmup: number | undefined, stepsPerEpoch: number, stepInPhase: number): number {
  const steps = Math.round((warmup ?? 0) * stepsPerEpoch);
  return stepInPhase < steps ? (stepInPhase + 1) / steps : 1;
}
