// The numbers that a training step reads anew each time: the rate, and those of the optimizer. They follow from the
// number of the step, so that a resumed run reads what the interrupted one would have read.

import { present } from '../base/invariant.ts';
import type { PhaseSpec } from '../ir/network.ts';
import { optimizers } from './optimizers/index.ts';
import { positionOf } from './plan.ts';
import type { RunPlan } from './plan.ts';

/** Their names in the training graph of the phase. */
export function scalarNames({ optimizer: { name } }: PhaseSpec): readonly string[] {
  return ['rate', ...Object.keys(optimizers[name].scalars)];
}

/** By name, for `count` steps from `firstStep` on, counted over the run; all in one phase. */
export function stepScalars(plan: RunPlan, firstStep: number, count: number): ReadonlyMap<string, Float32Array> {
  const positions = Array.from({ length: count }, (_, i) => positionOf(plan, firstStep + i));
  const [first] = positions;
  if (!first) return new Map();
  const { name, settings } = present(plan.phases[first.phase], 'phase').spec.optimizer;
  const own = Object.entries(optimizers[name].scalars).map(([scalar, at]) => [scalar, Float32Array.from(positions, ({ stepInPhase }) => at(settings, stepInPhase + 1))] as const);
  return new Map([['rate', Float32Array.from(positions, ({ rate }) => rate)], ...own]);
}
