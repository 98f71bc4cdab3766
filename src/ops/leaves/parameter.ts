// A tensor that is learned or kept from run to run: a weight, a running statistic, a momentum.

import type { Op } from '../../ir/op.ts';
import { numbers, text } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { InternalError } from '../../base/invariant.ts';
import { leaf, opaque, undifferentiated } from '../support/parts.ts';
import { expectCount } from '../support/shapes.ts';
import { sampleBatch } from '../support/sampling.ts';

export const parameterOp: Op = defineOp({ name: text, shape: numbers })({
  name: 'parameter',
  doc: 'A tensor of the network.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'parameter', 0);
    return [attrs.shape];
  },
  reference: () => {
    throw new InternalError('a parameter has no value of its own');
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: leaf,
  sample: () => ({ attrs: { name: 'layer.weight', shape: [2, 3] }, inputs: [], batch: sampleBatch }),
  tolerance: 0,
});
