// A tensor times one number: result = x * factor

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { input, load, mul } from '../../ir/nest.ts';
import { everywhere, lowered, nestName, plainAxes, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { anyShape, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, mapTensor, operand } from '../support/shapes.ts';

export const rescale: Op = defineOp({})({
  name: 'rescale',
  doc: 'A tensor times one number.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'rescale', 2);
    expectParameter(operand(inputs, 1), [], 'the factor');
    return [operand(inputs, 0)];
  },
  reference: (_attrs, inputs) => {
    const [factor = NaN] = operand(inputs, 1).data;
    return [mapTensor(operand(inputs, 0), (x) => x * factor)];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    return lowered([storeNest(nestName(node, 'rescale', 'rescale'), plainAxes(shape), mul(load(input(0), everywhere(shape)), load(input(1), [])))]);
  }),
  sample: (random) => ({ attrs: {}, inputs: [anyShape(random), []], values: [undefined, [random()]], batch: sampleBatch }),
  tolerance: 1,
});
