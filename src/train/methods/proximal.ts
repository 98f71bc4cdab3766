// The proximal method: exact zeros, no threshold.
//
// Unpenalised:   m' = momentum * m - rate * (g + decay * w),  w' = w + m'
// Penalised:     u = w + momentum * m - rate * (g + decay * w)
//                w' = u * max(0, 1 - rate * lambda * weight / ||u_group||), structure after structure
//                m' = w' - w
//
// Momentum acts on the iterates after the proximal map: heavy-ball steps followed by the map would converge
// to the optimum of a lambda (1 - momentum) times as large. Structures that cross (filters and channels)
// are mapped one after another: zeros are exact, though it is not the proximal map of the sum.
//
// Near zero the noise of single batches lifts a group off again and again (its gradient over one batch is often
// larger than lambda, though its mean is not), so that which groups are zero at the end would be chance. Every so
// many steps a group is therefore held at zero for good if the penalty alone would bring it there before the next
// look:
//
//   ||w_g|| <= interval * rate * lambda * weight(g)

import { present } from '../../base/invariant.ts';
import type { GraphBuilder } from '../../ir/builder.ts';
import type { Value } from '../../ir/graph.ts';
import type { Method, TrainedParameter, Updated, UpdateRule, UpdateScalars } from './method.ts';
import { byGroup, byName, groupSquares, momentumStep, penalizedNames, stepAttrs } from './steps.ts';

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
  for (const groups of rule.penalties) {
    const { layer, strength: lambda } = groups.penalty;
    const factor = lambda * groups.factor;
    const squares = groupSquares(builder, groups, iterates);
    const scale = builder.one('shrink', [squares, scalars.rate, scalars.strength], { factor }, { layer });
    for (const member of groups.members) {
      const iterate = present(iterates.get(member.parameter), `iterate of ${member.parameter}`);
      iterates.set(member.parameter, byGroup(builder, 'scale_groups', member, iterate, [scale], {}, layer));
    }
  }
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
  ofCrossing: (layers) =>
    `Groups of ${layers} cross (a weight is in a row and in a column). They are treated one kind after the other, in the order\n` +
    'above: the zeros are exact, but this sequence is not the exact proximal map of the sum of the penalties.\n',
  step: proximalStep,
  freezing: { everySteps: interval, reach: ({ penalty, factor }, rate) => interval * rate * penalty.strength * factor },
};
