// Gradient of flatten: [N, C*H*W] -> [N, C, H, W]

import type { Op } from '../../ir/op.ts';
import { numbers } from '../../ir/attributes.ts';
import { sizeOf } from '../../base/tensor.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import { along, input, load } from '../../ir/nest.ts';
import { activationAxes, featureIndex, lowered, nestName, storeNest } from '../support/nests.ts';
import { opaque, undifferentiated, view } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, flatShape, operand } from '../support/shapes.ts';

export const unflatten: Op = defineOp({ shape: numbers })({
  name: 'unflatten',
  doc: 'Turns flat lists of features back into what they were.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'unflatten', 1);
    const [samples, features] = flatShape(operand(inputs, 0), 'unflatten');
    const { shape } = attrs;
    if (sizeOf(shape) !== features) throw new ShapeError(`${features} features are no image of [${shape.join(', ')}]`);
    return [[samples, ...shape]];
  },
  reference: (attrs, inputs) => {
    const { shape, data } = operand(inputs, 0);
    return [{ shape: [shape[0] ?? 0, ...attrs.shape], data }];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: view((node, inputs) => {
    const shape = [operand(inputs, 0)[0] ?? 0, ...node.attrs.shape];
    return lowered([storeNest(nestName(node, 'unflatten'), activationAxes(shape), load(input(0), [along(0), featureIndex(shape)]))]);
  }),
  sample: (random) => {
    const shape = Array.from({ length: between(random, 2, 4) }, () => between(random, 1, 4));
    return { attrs: { shape }, inputs: [[sampleBatch.samples, sizeOf(shape)]], batch: sampleBatch };
  },
  tolerance: 0,
});
