// Moves a running statistic: result = (1 - momentum) * running + momentum * scale * batch

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { add, constant, mul } from '../../ir/nest.ts';
import { opaque } from '../support/parts.ts';
import { pointwise } from '../support/pointwise.ts';
import { between } from '../support/sampling.ts';

export const runningUpdate: Op = defineOp({ momentum: number, scale: number })({
  ...pointwise({
    name: 'running_update',
    doc: 'Moves a running statistic towards that of the batch.',
    draw: (random) => ({ momentum: random(), scale: 1 + random() }),
    shape: (random) => [between(random, 1, 9)],
    operands: 2,
    value: (running, batch, attrs) => (1 - attrs.momentum) * running + attrs.momentum * attrs.scale * batch,
    expr: (running, batch, attrs) => {
      const { momentum } = attrs;
      return add(mul(constant(1 - momentum), running), mul(constant(momentum * attrs.scale), batch));
    },
    tolerance: 4,
  }),
  pruning: opaque,
});
