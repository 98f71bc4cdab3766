// What happens to the tensors of a phase outside of its steps: groups that are zero as a phase with masks begins are
// masked, and the method of a phase that penalises acts as it begins, between steps and as it ends.

import { present } from '../../base/invariant.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import { phaseTraits } from '../../ir/phase.ts';
import { ops } from '../../ops/index.ts';
import { cutNetwork } from '../../train/cut-network.ts';
import { groupsWithin, maskGroups, openMasks } from '../../train/masks.ts';
import { methods } from '../../train/methods/index.ts';
import type { Method, Moment, PhaseSteps, Residual } from '../../train/methods/method.ts';
import { optimizers } from '../../train/optimizers/index.ts';
import { positionOf } from '../../train/plan.ts';
import { drawsByStep } from './dense-part.ts';
import type { PhaseContext, Run } from './run-context.ts';
import { exceedsBudget, withFewer } from './share-budget.ts';

/** Masks what is zero in `held`, all tensors of a phase as it begins, where it has masks: everything else may live. */
export function maskZeroGroups(run: PhaseContext, phase: number, held: PhaseTensors): void {
  if (present(run.phases[phase], 'phase').masked.size === 0) return;
  openMasks(run.groups, held);
  maskGroups(run.groups, held, buffersOf(run, phase), groupsWithin(run.groups, held, () => 0));
  run.engine.write(held);
}

/**
 * Enters a phase once more, without what its masks hold at zero in all of its steps. It is the same phase but for the order of its sums.
 * It stays whole where that would not be so: numbers are drawn by their place (dropout), and the norm of gradients that are clipped is
 * that of all.
 * @param held All tensors of the phase.
 */
export async function leaveOutZeros({ model, engine, phases }: Run, phase: number, held: PhaseTensors): Promise<void> {
  const request = present(phases[phase], 'phase');
  if (request.masked.size === 0 || request.groups.length > 0 || request.spec.clipGradients !== undefined || drawsByStep(model, request.spec, ops)) return;
  const cut = cutNetwork(model.network, held, ops);
  if (!cut) return;
  await engine.enter(phase, request.groups, cut);
  engine.write(held);
}

/** @param held All tensors of the phase. */
export function beginPhase(run: Run, phase: number, held: PhaseTensors): void {
  const begin = methodOf(run, phase)?.begin;
  if (!begin) return;
  begin(momentOf(run, phase, firstStepOf(run, phase), held));
  run.engine.write(held);
}

/**
 * Lets the method act, if it is time.
 * @param step The next step, counted over the run.
 * @param held An earlier read of the phase, read into again.
 */
export function betweenSteps(run: Run, phase: number, step: number, held: PhaseTensors): readonly Residual[] | undefined {
  const between = methodOf(run, phase)?.between;
  if (!between || (step - firstStepOf(run, phase)) % between.every(run.model.methodSettings, stepsOf(run, phase)) !== 0) return undefined;
  run.engine.read(held);
  const { isChanged, residuals } = between.apply(momentOf(run, phase, step, held));
  if (isChanged) run.engine.write(held);
  return residuals;
}

/** The next step at which the threads must stop for it, after `step`; steps are counted over the run. */
export function nextStop(run: Run, phase: number, step: number): number {
  const between = methodOf(run, phase)?.between;
  if (!between) return Infinity;
  const [firstStep, every] = [firstStepOf(run, phase), between.every(run.model.methodSettings, stepsOf(run, phase))];
  return firstStep + (Math.floor((step - firstStep) / every) + 1) * every;
}

/** @param held An earlier read of the phase, read into again. */
export function endPhase(run: Run, phase: number, held: PhaseTensors): void {
  const end = methodOf(run, phase)?.end;
  if (!end) return;
  const { firstStep, steps } = present(run.plan.phases[phase], 'phase');
  run.engine.read(held);
  end(momentOf(run, phase, firstStep + steps, held));
  // Which groups stay is known only now: of those that cross, others may than when shares were given out.
  for (let fewer = run; exceedsBudget(fewer, phase, held); ) {
    fewer = withFewer(fewer);
    end(momentOf(fewer, phase, firstStep + steps, held));
  }
  run.engine.write(held);
}

function methodOf({ model, plan }: Run, phase: number): Method | undefined {
  return phaseTraits[present(plan.phases[phase], 'phase').spec.kind].penalizes ? methods[model.method] : undefined;
}

function momentOf(run: Run, phase: number, step: number, held: PhaseTensors): Moment {
  const firstStep = firstStepOf(run, phase);
  return {
    graph: run.model.network.graph,
    ops,
    sets: run.groups,
    held,
    buffers: buffersOf(run, phase),
    settings: run.model.methodSettings,
    rate: positionOf(run.plan, Math.max(firstStep, step - 1)).rate,
    steps: stepsOf(run, phase),
    done: step - firstStep,
  };
}

function stepsOf({ plan }: Run, phase: number): PhaseSteps {
  const { steps, stepsPerEpoch } = present(plan.phases[phase], 'phase');
  return { inEpoch: stepsPerEpoch, inPhase: steps };
}

function buffersOf({ plan }: PhaseContext, phase: number): readonly string[] {
  return optimizers[present(plan.phases[phase], 'phase').spec.optimizer.name].buffers;
}

function firstStepOf({ plan }: Run, phase: number): number {
  return present(plan.phases[phase], 'phase').firstStep;
}
