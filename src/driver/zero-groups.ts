// Groups that are zero stay zero. Near zero the noise of single batches lifts a group off again and again
// (its gradient over one batch is often larger than lambda, though not its mean), so that which groups are
// zero at the end would be chance. While sparsifying, groups found zero every so many steps are therefore
// masked for good; finetuning starts with the masks of all that are zero.

import { present } from '../base/invariant.ts';
import type { Tensor } from '../base/tensor.ts';
import { zeroGroupMasks } from '../sparsity/norms.ts';
import { maskName } from '../train/training-graph.ts';
import type { Run } from './run-context.ts';

/** Steps of `sparsify` between looks for zero groups. */
export const freezeInterval = 100;

/** Masks what is zero in `parameters`, where the phase has masks. */
export function maskZeroGroups({ engine, phases, groups }: Run, phase: number, parameters: ReadonlyMap<string, Tensor>): void {
  if (present(phases[phase], 'phase').masked.size === 0) return;
  for (const [name, mask] of zeroGroupMasks(groups, parameters)) {
    const { shape } = present(parameters.get(name), name);
    engine.write(new Map([[maskName(name), { shape, data: Float32Array.from(mask) }]]));
  }
}

/** Masks what is zero if it is time to look. @param step The next step, counted over the run. */
export function freezeZeroGroups(run: Run, phase: number, step: number): void {
  const { spec, firstStep } = present(run.plan.phases[phase], 'phase');
  if (spec.name === 'sparsify' && (step - firstStep) % freezeInterval === 0) maskZeroGroups(run, phase, run.engine.read());
}

/** The next step at which the threads must stop for a look, after `step`; steps are counted over the run. */
export function nextFreeze({ plan }: Run, phase: number, step: number): number {
  const { spec, firstStep } = present(plan.phases[phase], 'phase');
  if (spec.name !== 'sparsify') return Infinity;
  return firstStep + (Math.floor((step - firstStep) / freezeInterval) + 1) * freezeInterval;
}
