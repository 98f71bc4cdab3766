// The optimiser as graph nodes: a step of the method for every parameter, masks, and the new state.

import { present } from '../base/invariant.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { methods } from './methods/index.ts';
import type { UpdateRule } from './methods/method.ts';
import type { TrainedParameter, UpdateScalars } from './optimizers/optimizer.ts';

/** Appends one step for every parameter and registers its new value and buffers as state. */
export function appendUpdate(builder: GraphBuilder, parameters: readonly TrainedParameter[], rule: UpdateRule, scalars: UpdateScalars): void {
  const updated = methods[rule.method].step(builder, parameters, rule, scalars);
  for (const parameter of parameters) {
    const next = present(updated.get(parameter.name), `update of ${parameter.name}`);
    const masked = (value: Value): Value => (parameter.mask ? builder.one('multiply', [value, parameter.mask], {}, parameter) : value);
    builder.state(parameter.value, masked(next.value));
    for (const [name, buffer] of Object.entries(parameter.buffers)) builder.state(buffer, masked(present(next.buffers[name], `${name} of ${parameter.name}`)));
  }
}
