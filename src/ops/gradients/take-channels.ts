// Some channels in a row: the gradient of concat by one of its operands.

import { number } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { sizeOf, zeros } from '../../base/tensor.ts';
import { input, load } from '../../ir/nest.ts';
import { channelsFrom } from '../support/channel-range.ts';
import { activationAxes, lowered, nestName, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { activationShape, between, sampleBatch } from '../support/sampling.ts';
import { channelLayout, expectCount, operand } from '../support/shapes.ts';

export const takeChannels: Op = defineOp({ from: number, count: number })({
  name: 'take_channels',
  doc: 'Some channels in a row.',
  infer: ({ count }, inputs) => {
    expectCount(inputs, 'take_channels', 1);
    channelLayout(operand(inputs, 0), 'take_channels');
    return [operand(inputs, 0).with(1, count)];
  },
  reference: ({ from, count }, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const taken = zeros(shape.with(1, count));
    const { samples, channels, positions } = channelLayout(shape, 'take_channels');
    const size = sizeOf(taken.shape.slice(1));
    for (let n = 0; n < samples; n++) taken.data.set(data.subarray((n * channels + from) * positions, (n * channels + from) * positions + size), n * size);
    return [taken];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    return lowered([storeNest(nestName(node, 'concat', 'grad'), activationAxes(shape.with(1, node.attrs.count)), load(input(0), channelsFrom(shape, node.attrs.from)))]);
  }),
  sample: (random) => {
    const shape = activationShape(random);
    const from = between(random, 0, operand(shape, 1) - 1);
    return { attrs: { from, count: between(random, 1, operand(shape, 1) - from) }, inputs: [shape], batch: sampleBatch };
  },
  tolerance: 0,
});
