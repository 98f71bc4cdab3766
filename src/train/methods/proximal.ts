// The proximal method: exact zeros, no threshold.
//
// Unpenalised parameters take the step of the optimizer. Penalised ones go where its step leads, and from there
//
//   w' = proximal map of rate * penalties (proximal-map.ts)
//
// The map's threshold is rate * lambda * weight(g) under every optimizer. What momentum becomes is the optimizer's to
// say, which is told what the map has made of its step.
//
// Near zero the noise of single batches lifts a group off again and again (its gradient over one batch is often
// larger than lambda, though its mean is not), so that which groups are zero at the end would be chance. Every so
// many steps a group is therefore held at zero for good if the penalty alone would bring it there before the next
// look:
//
//   ||w_g|| <= interval * rate * lambda * weight(g)

import { present } from '../../base/invariant.ts';
import type { GraphBuilder } from '../../ir/builder.ts';
import { optimizers } from '../optimizers/index.ts';
import { groupsWithin, maskGroups } from '../masks.ts';
import type { TrainedParameter, Updated, UpdateScalars } from '../optimizers/optimizer.ts';
import type { Method, UpdateRule } from './method.ts';
import { appendProximalMap, rounds } from './proximal-map.ts';
import { byName, lassoOf, penalizedNames } from './steps.ts';

/** Steps between looks. */
const interval = 100;

function proximalStep(builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars): ReadonlyMap<string, Updated> {
  const { name, settings } = rule.optimizer;
  const optimizer = optimizers[name];
  const penalized = penalizedNames(rule);
  const descents = new Map(parameters.filter((parameter) => penalized.has(parameter.name)).map((parameter) => [parameter.name, optimizer.descend(builder, parameter, settings, scalars)]));
  const iterates = new Map([...descents].map(([parameter, { iterate }]) => [parameter, iterate]));
  appendProximalMap(builder, rule, iterates, scalars);
  return byName(parameters, (parameter) => {
    const descent = descents.get(parameter.name);
    if (!descent) return optimizer.step(builder, parameter, settings, scalars);
    const value = present(iterates.get(parameter.name), parameter.name);
    return { value, buffers: descent.buffersAfter(value) };
  });
}

export const proximal: Method = {
  name: 'proximal',
  takes: 'lasso',
  settings: {},
  explanation: () =>
    'Method: proximal. Each step shrinks the norm of a group by rate times the threshold, to exactly zero if it is smaller.\n' +
    `Every ${interval} steps a group that the penalty alone would bring to zero within ${interval} more is held at zero for good.\n`,
  ofNested:
    'Where groups lie in one another they are treated from the smallest to the largest, in the order above: that is the exact\n' +
    'proximal map of the sum of their penalties.\n',
  ofCrossing: {
    sequential: (layers) =>
      `Groups of ${layers} cross (a weight is in a row and in a column). They are treated one kind after the other, in the order\n` +
      'above: the zeros are exact, but this sequence is not the exact proximal map of the sum of the penalties.\n' +
      '`crossing = converged` comes close to it, for steps that take longer.\n',
    converged: (layers) =>
      `Groups of ${layers} cross (a weight is in a row and in a column). Each step maps them in ${rounds} rounds of Dykstra's\n` +
      'algorithm, which converge to the proximal map of the sum of the penalties; groups that their duals show to be zero there\n' +
      'are set to exactly zero.\n',
  },
  step: proximalStep,
  between: {
    every: () => interval,
    // Structures that cross are judged by the same weights.
    apply: ({ sets, held, buffers, rate }) => ({ isChanged: maskGroups(sets, held, buffers, groupsWithin(sets, held, (set) => interval * rate * lassoOf(set).strength * set.factor)) }),
  },
};
