// What the steps of methods have in common.

import { present } from '../../base/invariant.ts';
import type { GraphBuilder } from '../../ir/builder.ts';
import type { Value } from '../../ir/graph.ts';
import type { GroupSet } from '../../ir/group.ts';
import type { TrainedParameter, Updated, UpdateRule, UpdateScalars } from './method.ts';

/** SGD with momentum and weight decay: m' = momentum * m - rate * (g + decay * w),  w' = w + m' */
export function momentumStep(builder: GraphBuilder, parameter: TrainedParameter, gradient: Value, rule: UpdateRule, { rate }: UpdateScalars): Updated {
  const [value, momentum] = builder.add('momentum_step', [parameter.value, parameter.momentum, gradient, rate], stepAttrs(parameter, rule), parameter);
  return { value: present(value, 'stepped value'), momentum: present(momentum, 'stepped momentum') };
}

export function stepAttrs(parameter: TrainedParameter, { momentum, decay }: UpdateRule): { momentum: number; decay: number } {
  return { momentum, decay: parameter.decay ? decay : 0 };
}

/** `[groups]`: the squares of each group summed over all its members. */
export function groupSquares(builder: GraphBuilder, { penalty: { layer }, members }: GroupSet, values: ReadonlyMap<string, Value>): Value {
  const squares = members.map(({ parameter, view, keep }) => {
    const value = present(values.get(parameter), `value of ${parameter}`);
    return builder.one('group_squares', [value], { view, keep }, { layer });
  });
  return squares.reduce((sum, square) => builder.one('add', [sum, square], {}, { layer }));
}

export function penalizedNames({ penalties }: UpdateRule): ReadonlySet<string> {
  return new Set(penalties.flatMap(({ members }) => members.map(({ parameter }) => parameter)));
}

export function byName<T>(parameters: readonly TrainedParameter[], of: (parameter: TrainedParameter) => T): ReadonlyMap<string, T> {
  return new Map(parameters.map((parameter) => [parameter.name, of(parameter)]));
}
