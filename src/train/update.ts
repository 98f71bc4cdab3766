// The optimiser as graph nodes: a step of the method for every parameter, masks, and the new state.

import { present } from '../base/invariant.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { methods } from './methods/index.ts';
import type { TrainedParameter, UpdateRule, UpdateScalars } from './methods/method.ts';

/** Appends one step for every parameter and registers its new value and momentum as state. */
export function appendUpdate(builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars): void {
  const updated = methods[rule.method].step(builder, parameters, rule, scalars);
  for (const parameter of parameters) {
    const next = present(updated.get(parameter.name), `update of ${parameter.name}`);
    const masked = (value: Value): Value => (parameter.mask ? builder.one('multiply', [value, parameter.mask], {}, parameter) : value);
    builder.state(parameter.value, masked(next.value));
    builder.state(parameter.momentum, masked(next.momentum));
  }
}
