// Adam (Kingma and Ba, 2015) with decoupled weight decay, which its authors call AdamW (Loshchilov and Hutter, 2019):
//
//   m' = beta1 * m + (1 - beta1) * g,  v' = beta2 * v + (1 - beta2) * g^2
//   w' = w - rate * (m' / (1 - beta1^t) / (sqrt(v' / (1 - beta2^t)) + epsilon) + decay * w)
//
// where t counts the steps of the phase, from 1: its moments begin as zeros in each. The moments are those of gradients,
// whatever a proximal map makes of the step.

import { present } from '../../base/invariant.ts';
import type { GraphBuilder } from '../../ir/builder.ts';
import { defineOptimizer } from './optimizer.ts';
import type { Optimizer, TrainedParameter, Updated, UpdateScalars } from './optimizer.ts';

interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
}

export const adam: Optimizer = defineOptimizer({
  beta1: { type: 'share', default: 0.9 },
  beta2: { type: 'share', default: 0.999 },
  epsilon: { type: 'positive', default: 1e-8 },
  decay: { type: 'not_negative', default: 0 },
})({
  name: 'adam',
  example: 'adam(rate = 1e-3, beta1 = 0.9, beta2 = 0.999)',
  buffers: ['first_moment', 'second_moment'],
  scalars: {
    first_correction: ({ beta1 }, step) => 1 / (1 - beta1 ** step),
    second_correction: ({ beta2 }, step) => 1 / Math.sqrt(1 - beta2 ** step),
  },
  step: adamStep,
  descend: (builder, parameter, settings, scalars) => {
    const { value, buffers } = adamStep(builder, parameter, settings, scalars);
    return { iterate: value, buffersAfter: () => buffers };
  },
});

function adamStep(builder: GraphBuilder, parameter: TrainedParameter, settings: AdamSettings, { rate, own }: UpdateScalars): Updated {
  const { first_moment: m, second_moment: v } = parameter.buffers;
  const corrections = [present(own['first_correction'], 'first correction'), present(own['second_correction'], 'second correction')];
  const operands = [parameter.value, present(m, 'first moment'), present(v, 'second moment'), parameter.gradient, rate, ...corrections];
  const { decay, ...others } = settings;
  const [value, first, second] = builder.add('adam_step', operands, { ...others, decay: parameter.decay ? decay : 0 }, parameter);
  return { value: present(value, 'stepped value'), buffers: { first_moment: present(first, 'new first moment'), second_moment: present(second, 'new second moment') } };
}
