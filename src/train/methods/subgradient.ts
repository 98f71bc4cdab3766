// The subgradient method, there to reproduce the authors' Caffe branch: it shrinks but never reaches zero, so small
// weights are called zero after every step, and nothing is held there.
//
// g + lambda * weight * w / ||w_group||, then as unpenalised, then |w'| < 1e-4 is 0

import { present } from '../../base/invariant.ts';
import type { GraphBuilder } from '../../ir/builder.ts';
import { optimizers } from '../optimizers/index.ts';
import type { TrainedParameter, Updated, UpdateScalars } from '../optimizers/optimizer.ts';
import type { Method, UpdateRule } from './method.ts';
import { byGroup, byName, groupSquares, lassoOf, penalizedNames } from './steps.ts';

/** Below this a weight is called zero. */
const zeroBelow = 1e-4;

function subgradientStep(builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars): ReadonlyMap<string, Updated> {
  const optimizer = optimizers[rule.optimizer.name];
  const penalized = penalizedNames(rule);
  const values = byName(parameters, ({ value }) => value);
  const gradients = new Map(byName(parameters, ({ gradient }) => gradient));
  for (const groups of rule.penalties) {
    const { layer, strength: lambda } = lassoOf(groups);
    const factor = lambda * groups.factor;
    const squares = groupSquares(builder, groups, values);
    for (const member of groups.members) {
      const { parameter } = member;
      const value = present(values.get(parameter), `value of ${parameter}`);
      const gradient = present(gradients.get(parameter), `gradient of ${parameter}`);
      const share = byGroup(builder, 'group_subgradient', member, value, [squares, scalars.strength], { factor }, layer, 0);
      gradients.set(parameter, builder.one('add', [gradient, share], {}, { layer }));
    }
  }
  return byName(parameters, (parameter) => {
    const gradient = present(gradients.get(parameter.name), `gradient of ${parameter.name}`);
    const step = optimizer.step(builder, { ...parameter, gradient }, rule.optimizer.settings, scalars);
    return penalized.has(parameter.name) ? { ...step, value: builder.one('clamp_small', [step.value], { below: zeroBelow }, parameter) } : step;
  });
}

export const subgradient: Method = {
  name: 'subgradient',
  takes: 'lasso',
  settings: {},
  explanation: () => 'Method: subgradient, then weights below 1e-4 are set to zero after every step.\n',
  step: subgradientStep,
};
