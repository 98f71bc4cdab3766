// Groups that the penalty has brought to zero stay zero. Near zero the noise of single batches lifts a group
// off again and again (its gradient over one batch is often larger than lambda, though its mean is not), so
// that which groups are zero at the end would be chance. While sparsifying, every so many steps, a group is
// therefore masked for good if the penalty alone would bring it to zero before the next look:
//
//   ||w_g|| <= interval * rate * lambda * weight(g)
//
// The subgradient method is there to reproduce the authors' code, and freezes nothing. Finetuning starts with the
// masks of all that are zero.

import { present } from '../base/invariant.ts';
import type { PhaseTensors } from '../engine/engine.ts';
import type { GroupSet } from '../ir/group.ts';
import { phaseTraits } from '../ir/phase.ts';
import { eachElement } from '../sparsity/groups.ts';
import { norms } from '../sparsity/norms.ts';
import { positionOf } from '../train/plan.ts';
import { maskName, momentumName } from '../train/training-graph.ts';
import type { Run } from './run-context.ts';

/** Steps of a penalised phase between looks. */
const interval = 100;

/** Masks what is zero in `held`, all tensors of a phase as it begins, where it has masks: everything else may live. */
export function maskZeroGroups(run: Run, phase: number, held: PhaseTensors): void {
  if (present(run.phases[phase], 'phase').masked.size === 0) return;
  for (const { members } of run.groups) for (const { parameter } of members) dataOf(held, maskName(parameter)).fill(1);
  maskGroups(run, held, () => 0);
  run.engine.write(held);
}

/**
 * Masks what is as good as zero, if it is time to look.
 * @param step The next step, counted over the run.
 * @param held An earlier read of the phase, read into again.
 */
export function freezeZeroGroups(run: Run, phase: number, step: number, held: PhaseTensors): void {
  if (!freezes(run, phase) || (step - firstStepOf(run, phase)) % interval !== 0) return;
  const { rate } = positionOf(run.plan, step - 1);
  run.engine.read(held);
  if (maskGroups(run, held, ({ penalty, factor }) => interval * rate * penalty.strength * factor)) run.engine.write(held);
}

/** The next step at which the threads must stop for a look, after `step`; steps are counted over the run. */
export function nextFreeze(run: Run, phase: number, step: number): number {
  if (!freezes(run, phase)) return Infinity;
  const firstStep = firstStepOf(run, phase);
  return firstStep + (Math.floor((step - firstStep) / interval) + 1) * interval;
}

function freezes({ model, plan }: Run, phase: number): boolean {
  return model.method === 'proximal' && phaseTraits[present(plan.phases[phase], 'phase').spec.kind].penalizes;
}

function firstStepOf({ plan }: Run, phase: number): number {
  return present(plan.phases[phase], 'phase').firstStep;
}

/**
 * Masks groups whose norm is at most `reach`, and makes them and their momentum zero, in `held`. What is masked
 * already stays so: the steps keep it zero. Answers whether anything is new.
 */
function maskGroups({ groups }: Run, held: PhaseTensors, reach: (set: GroupSet) => number): boolean {
  // Before any is masked: structures that cross are judged by the same weights.
  const dead = groups.map((set) => norms(set, held).map((norm) => (norm <= reach(set) ? 1 : 0)));
  let changed = false;
  for (const [i, set] of groups.entries()) {
    for (const member of set.members) {
      const { parameter } = member;
      const [values, momentum, mask] = [dataOf(held, parameter), dataOf(held, momentumName(parameter)), dataOf(held, maskName(parameter))];
      eachElement(member, (element, group) => {
        if (dead[i]?.[group] !== 1 || mask[element] === 0) return;
        changed = true;
        mask[element] = 0;
        values[element] = 0;
        momentum[element] = 0;
      });
    }
  }
  return changed;
}

function dataOf(held: PhaseTensors, name: string): Float32Array {
  return present(held.get(name), name).data;
}
