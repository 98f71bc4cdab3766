// Images as flat lists of features, channel by channel, row by row: [N, C, H, W] -> [N, C*H*W]. So with samples of any rank
// above 1.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { sizeOf } from '../../base/tensor.ts';
import { along, input, load, result } from '../../ir/nest.ts';
import { allLink, identityLink } from '../support/axes.ts';
import { activationAxes, everywhere, featureIndex, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, view } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { channelLayout, expectCount, imageShape, operand } from '../support/shapes.ts';

export const flatten: Op = defineOp({})({
  name: 'flatten',
  doc: 'Turns images into flat lists of features, channel by channel.',
  syntax: { operands: ['input'], params: [], example: 'flatten(pool2)' },
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'flatten', 1);
    const shape = operand(inputs, 0);
    if (shape.length <= 2) imageShape(shape, 'flatten');
    const { samples, channels, positions } = channelLayout(shape, 'flatten');
    return [[samples, channels * positions]];
  },
  reference: (_attrs, inputs) => {
    const { shape, data } = operand(inputs, 0);
    return [{ shape: [shape[0] ?? 0, sizeOf(shape.slice(1))], data }];
  },
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('unflatten', [g], { shape: builder.shapeOf(operand(node.inputs, 0)).slice(1) }, { layer: node.layer })]),
  pruning: {
    kind: 'channels',
    axes: (_attrs, inputs) => {
      const shape = operand(inputs, 0);
      const { positions } = channelLayout(shape, 'flatten');
      return [[identityLink(0), { kind: 'expand', result: 0, axis: 1, factor: positions }, ...shape.slice(2).map(() => allLink)]];
    },
    constant: (_attrs, [values], _known, inputs) => {
      const { channels, positions } = channelLayout(operand(inputs, 0), 'flatten');
      return Float64Array.from({ length: channels * positions }, (_, i) => values?.[Math.floor(i / positions)] ?? NaN);
    },
  },
  lowering: view((node, inputs) => {
    const shape = operand(inputs, 0);
    return lowered([storeNest(nestName(node, 'flatten'), activationAxes(shape), load(input(0), everywhere(shape)), result(0), [along(0), featureIndex(shape)])]);
  }),
  sample: (random) => ({ attrs: {}, inputs: [[sampleBatch.samples, ...Array.from({ length: between(random, 2, 4) }, () => between(random, 1, 4))]], batch: sampleBatch }),
  bound: 'monotone',
  tolerance: 0,
});
