// A value that whoever runs the graph supplies: a batch of samples, labels, a scalar.

import type { Op } from '../../ir/op.ts';
import { numbers, text } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { InternalError } from '../../base/invariant.ts';
import { leaf, opaque, undifferentiated } from '../support/parts.ts';
import { expectCount } from '../support/shapes.ts';
import { sampleBatch } from '../support/sampling.ts';

export const inputOp: Op = defineOp({ name: text, role: text, shape: numbers })({
  name: 'input',
  doc: 'A value given at each run.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'input', 0);
    return [attrs.shape];
  },
  reference: () => {
    throw new InternalError('an input has no value of its own');
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: leaf,
  sample: () => ({ attrs: { name: 'image', role: 'sample', shape: [sampleBatch.samples, 2] }, inputs: [], batch: sampleBatch }),
  tolerance: 0,
});
