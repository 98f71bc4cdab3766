// Groups that the penalty has brought to zero stay zero. Near zero the noise of single batches lifts a group
// off again and again (its gradient over one batch is often larger than lambda, though its mean is not), so
// that which groups are zero at the end would be chance. While sparsifying, every so many steps, a group is
// therefore masked for good if the penalty alone would bring it to zero before the next look:
//
//   ||w_g|| <= interval * rate * lambda * weight(g)
//
// Finetuning starts with the masks of all that are zero.

import { present } from '../base/invariant.ts';
import type { Tensor } from '../base/tensor.ts';
import type { GroupSet } from '../ir/group.ts';
import { groupOfElements } from '../sparsity/groups.ts';
import { norms } from '../sparsity/norms.ts';
import { positionOf } from '../train/plan.ts';
import { maskName, momentumName } from '../train/training-graph.ts';
import type { Run } from './run-context.ts';

/** Steps of `sparsify` between looks. */
const interval = 100;

/** Masks what is zero in `parameters`, where the phase has masks. */
export function maskZeroGroups(run: Run, phase: number, parameters: ReadonlyMap<string, Tensor>): void {
  maskGroups(run, phase, parameters, () => 0);
}

/** Masks what is as good as zero, if it is time to look. @param step The next step, counted over the run. */
export function freezeZeroGroups(run: Run, phase: number, step: number): void {
  const { spec, firstStep } = present(run.plan.phases[phase], 'phase');
  if (spec.name !== 'sparsify' || (step - firstStep) % interval !== 0) return;
  const { rate } = positionOf(run.plan, step - 1);
  maskGroups(run, phase, run.engine.read(), ({ penalty, factor }) => interval * rate * penalty.strength * factor);
}

/** The next step at which the threads must stop for a look, after `step`; steps are counted over the run. */
export function nextFreeze({ plan }: Run, phase: number, step: number): number {
  const { spec, firstStep } = present(plan.phases[phase], 'phase');
  if (spec.name !== 'sparsify') return Infinity;
  return firstStep + (Math.floor((step - firstStep) / interval) + 1) * interval;
}

/** Masks groups whose norm is at most `reach`, and makes them and their momentum zero. */
function maskGroups({ engine, phases, groups }: Run, phase: number, tensors: ReadonlyMap<string, Tensor>, reach: (set: GroupSet) => number): void {
  if (present(phases[phase], 'phase').masked.size === 0) return;
  const masks = new Map<string, Float32Array>();
  for (const set of groups) {
    const dead = norms(set, tensors).map((norm) => (norm <= reach(set) ? 1 : 0));
    for (const member of set.members) {
      const of = groupOfElements(member);
      const mask = masks.get(member.parameter) ?? new Float32Array(of.length).fill(1);
      for (const [element, group] of of.entries()) if (dead[group] === 1) mask[element] = 0;
      masks.set(member.parameter, mask);
    }
  }
  const changed = new Map<string, Tensor>();
  for (const [name, mask] of masks) {
    const { shape } = present(tensors.get(name), name);
    changed.set(maskName(name), { shape, data: mask });
    for (const held of [name, momentumName(name)]) {
      const data = tensors.get(held)?.data;
      if (data) changed.set(held, { shape, data: Float32Array.from(data, (value, i) => value * (mask[i] as number)) });
    }
  }
  engine.write(changed);
}
