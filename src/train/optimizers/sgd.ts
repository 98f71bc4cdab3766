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
//
// With `nesterov` (Nesterov, 1983; with a map, Beck and Teboulle, 2009) the gradient is taken where momentum leads:
//
//   y  = w + momentum * m,  g = gradient at y
//   u  = y - rate * (g + decay * y)
//   m' = w' - w                                       where w' is u, or what a map makes of it

import { present } from '../../base/invariant.ts';
import type { Value } from '../../ir/graph.ts';
import { defineOptimizer } from './optimizer.ts';
import type { HeldParameter, Optimizer, OptimizerRules, TrainedParameter } from './optimizer.ts';

interface SgdSettings {
  readonly momentum: number;
  readonly decay: number;
  readonly nesterov: boolean;
}

const descend: OptimizerRules<SgdSettings>['descend'] = (builder, parameter, settings, { rate }) => {
  const { value, point, gradient } = parameter;
  // What is at `point` has been moved on by its momentum.
  const attrs = { ...attrsOf(parameter, settings), ...(settings.nesterov && { momentum: 0 }) };
  return {
    iterate: builder.one('gradient_step', [point, momentumOf(parameter), gradient, rate], attrs, parameter),
    buffersAfter: (mapped) => ({ momentum: builder.one('subtract', [mapped, value], {}, parameter) }),
  };
};

export const sgd: Optimizer = defineOptimizer({
  momentum: { type: 'share', default: 0 },
  decay: { type: 'not_negative', default: 0 },
  nesterov: { type: 'flag', default: false, needs: 'momentum' },
})({
  name: 'sgd',
  example: 'sgd(rate = 0.01, momentum = 0.9, decay = 5e-4)',
  buffers: ['momentum'],
  scalars: {},
  lookahead: ({ nesterov, momentum }) =>
    nesterov ? (builder, parameter) => builder.one('lookahead', [parameter.value, momentumOf(parameter)], { momentum }, { layer: parameter.layer }) : undefined,
  step: (builder, parameter, settings, scalars) => {
    if (settings.nesterov) {
      const { iterate, buffersAfter } = descend(builder, parameter, settings, scalars);
      return { value: iterate, buffers: buffersAfter(iterate) };
    }
    const [value, momentum] = builder.add('momentum_step', [parameter.value, momentumOf(parameter), parameter.gradient, scalars.rate], attrsOf(parameter, settings), parameter);
    return { value: present(value, 'stepped value'), buffers: { momentum: present(momentum, 'stepped momentum') } };
  },
  descend,
});

function momentumOf({ buffers }: HeldParameter): Value {
  return present(buffers['momentum'], 'momentum');
}

function attrsOf(parameter: TrainedParameter, { momentum, decay }: SgdSettings): { momentum: number; decay: number } {
  return { momentum, decay: parameter.decay ? decay : 0 };
}
