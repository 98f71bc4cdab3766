// Moves a running statistic: result = (1 - momentum) * running + momentum * scale * batch

import type { Op } from '../ir/op.ts';
import { add, constant, mul } from '../ir/nest.ts';
import { numberAttr } from './support/attrs.ts';
import { opaque } from './support/parts.ts';
import { pointwise } from './support/pointwise.ts';
import { between, sampleBatch } from './support/sampling.ts';

export const runningUpdate: Op = {
  ...pointwise({
    name: 'running_update',
    doc: 'Moves a running statistic towards that of the batch.',
    operands: 2,
    value: (running, batch, attrs) => (1 - numberAttr(attrs, 'momentum')) * running + numberAttr(attrs, 'momentum') * numberAttr(attrs, 'scale') * batch,
    expr: (running, batch, attrs) => {
      const momentum = numberAttr(attrs, 'momentum');
      return add(mul(constant(1 - momentum), running), mul(constant(momentum * numberAttr(attrs, 'scale')), batch));
    },
    tolerance: 4,
  }),
  pruning: opaque,
  sample: (random) => {
    const shape = [between(random, 1, 9)];
    return { attrs: { momentum: random(), scale: 1 + random() }, inputs: [shape, shape], batch: sampleBatch };
  },
};
