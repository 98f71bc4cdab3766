// The proximal method: exact zeros, no threshold.
//
// Unpenalised:   m' = momentum * m - rate * (g + decay * w),  w' = w + m'
// Penalised:     u = w + momentum * m - rate * (g + decay * w)
//                w' = proximal map of rate * penalties at u (proximal-map.ts)
//                m' = w' - w
//
// Momentum acts on the iterates after the proximal map: heavy-ball steps followed by the map would converge
// to the optimum of a lambda (1 - momentum) times as large.
//
// Near zero the noise of single batches lifts a group off again and again (its gradient over one batch is often
// larger than lambda, though its mean is not), so that which groups are zero at the end would be chance. Every so
// many steps a group is therefore held at zero for good if the penalty alone would bring it there before the next
// look:
//
//   ||w_g|| <= interval * rate * lambda * weight(g)

import type { GraphBuilder } from '../../ir/builder.ts';
import type { Value } from '../../ir/graph.ts';
import type { Method, TrainedParameter, Updated, UpdateRule, UpdateScalars } from './method.ts';
import { appendProximalMap, rounds } from './proximal-map.ts';
import { byName, momentumStep, penalizedNames, stepAttrs } from './steps.ts';

/** Steps between looks. */
const interval = 100;

function proximalStep(builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars): ReadonlyMap<string, Updated> {
  const penalized = penalizedNames(rule);
  const iterates = new Map<string, Value>();
  for (const parameter of parameters) {
    if (!penalized.has(parameter.name)) continue;
    const { value, momentum, gradient } = parameter;
    iterates.set(parameter.name, builder.one('gradient_step', [value, momentum, gradient, scalars.rate], stepAttrs(parameter, rule), parameter));
  }
  appendProximalMap(builder, rule, iterates, scalars);
  return byName(parameters, (parameter) => {
    const value = iterates.get(parameter.name);
    if (!value) return momentumStep(builder, parameter, parameter.gradient, rule, scalars);
    return { value, momentum: builder.one('subtract', [value, parameter.value], {}, parameter) };
  });
}

export const proximal: Method = {
  name: 'proximal',
  explanation:
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
  freezing: { everySteps: interval, reach: ({ penalty, factor }, rate) => interval * rate * penalty.strength * factor },
};
