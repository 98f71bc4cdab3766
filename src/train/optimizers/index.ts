// The optimizers there are.

import type { OptimizerName, OptimizerSpec } from '../../ir/network.ts';
import { adam } from './adam.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

export const optimizers: Readonly<Record<OptimizerName, Optimizer>> = { sgd, adam };

/** What a phase that names none is trained with: no momentum, no decay. */
export const usualOptimizer: OptimizerSpec = withSettings(sgd, {});

/** What is not given has its default. */
export function withSettings({ name, settings }: Optimizer, given: OptimizerSpec['settings']): OptimizerSpec {
  const defaults = Object.fromEntries(Object.entries(settings).map(([setting, { default: value }]) => [setting, value]));
  return { name, settings: { ...defaults, ...given } };
}
