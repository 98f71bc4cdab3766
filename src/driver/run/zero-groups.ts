// When groups are masked: those that are zero as a phase with masks begins, and those that the method freezes while a
// phase penalises.

import { present } from '../../base/invariant.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import { phaseTraits } from '../../ir/phase.ts';
import { maskGroups, openMasks } from '../../train/masks.ts';
import { methods } from '../../train/methods/index.ts';
import type { Method } from '../../train/methods/method.ts';
import { optimizers } from '../../train/optimizers/index.ts';
import { positionOf } from '../../train/plan.ts';
import type { Run } from './run-context.ts';

/** Masks what is zero in `held`, all tensors of a phase as it begins, where it has masks: everything else may live. */
export function maskZeroGroups(run: Run, phase: number, held: PhaseTensors): void {
  if (present(run.phases[phase], 'phase').masked.size === 0) return;
  openMasks(run.groups, held);
  maskGroups(run.groups, held, buffersOf(run, phase), () => 0);
  run.engine.write(held);
}

/**
 * Masks what the method freezes, if it is time to look.
 * @param step The next step, counted over the run.
 * @param held An earlier read of the phase, read into again.
 */
export function freezeZeroGroups(run: Run, phase: number, step: number, held: PhaseTensors): void {
  const freezing = freezingOf(run, phase);
  if (!freezing || (step - firstStepOf(run, phase)) % freezing.everySteps !== 0) return;
  const { rate } = positionOf(run.plan, step - 1);
  run.engine.read(held);
  if (maskGroups(run.groups, held, buffersOf(run, phase), (set) => freezing.reach(set, rate))) run.engine.write(held);
}

/** The next step at which the threads must stop for a look, after `step`; steps are counted over the run. */
export function nextFreeze(run: Run, phase: number, step: number): number {
  const freezing = freezingOf(run, phase);
  if (!freezing) return Infinity;
  const firstStep = firstStepOf(run, phase);
  return firstStep + (Math.floor((step - firstStep) / freezing.everySteps) + 1) * freezing.everySteps;
}

function freezingOf({ model, plan }: Run, phase: number): Method['freezing'] {
  return phaseTraits[present(plan.phases[phase], 'phase').spec.kind].penalizes ? methods[model.method].freezing : undefined;
}

function buffersOf({ plan }: Run, phase: number): readonly string[] {
  return optimizers[present(plan.phases[phase], 'phase').spec.optimizer.name].buffers;
}

function firstStepOf({ plan }: Run, phase: number): number {
  return present(plan.phases[phase], 'phase').firstStep;
}
