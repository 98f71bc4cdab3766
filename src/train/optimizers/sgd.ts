// Stochastic gradient descent with momentum and weight decay:
//
//   m' = momentum * m - rate * (g + decay * w),  w' = w + m'
//
// Before a proximal map:
//
//   u  = w + momentum * m - rate * (g + decay * w)
//   m' = w' - w                                       where w' is what the map makes of u
//
// Momentum acts on the iterates after the map: heavy-ball steps followed by the map would converge to the optimum of a
// lambda (1 - momentum) times as large.

import { present } from '../../base/invariant.ts';
import type { Value } from '../../ir/graph.ts';
import { defineOptimizer } from './optimizer.ts';
import type { Optimizer, TrainedParameter, UpdateScalars } from './optimizer.ts';

interface SgdSettings {
  readonly momentum: number;
  readonly decay: number;
}

export const sgd: Optimizer = defineOptimizer({
  momentum: { type: 'share', default: 0 },
  decay: { type: 'not_negative', default: 0 },
})({
  name: 'sgd',
  example: 'sgd(rate = 0.01, momentum = 0.9, decay = 5e-4)',
  buffers: ['momentum'],
  step: (builder, parameter, settings, scalars) => {
    const [value, momentum] = builder.add('momentum_step', operandsOf(parameter, scalars), attrsOf(parameter, settings), parameter);
    return { value: present(value, 'stepped value'), buffers: { momentum: present(momentum, 'stepped momentum') } };
  },
  descend: (builder, parameter, settings, scalars) => ({
    iterate: builder.one('gradient_step', operandsOf(parameter, scalars), attrsOf(parameter, settings), parameter),
    buffersAfter: (mapped) => ({ momentum: builder.one('subtract', [mapped, parameter.value], {}, parameter) }),
  }),
});

function operandsOf({ value, buffers, gradient }: TrainedParameter, { rate }: UpdateScalars): readonly Value[] {
  return [value, present(buffers['momentum'], 'momentum'), gradient, rate];
}

function attrsOf(parameter: TrainedParameter, { momentum, decay }: SgdSettings): { momentum: number; decay: number } {
  return { momentum, decay: parameter.decay ? decay : 0 };
}
