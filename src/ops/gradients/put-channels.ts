// Channels in a row among zeros: the gradient of take_channels.

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

/** `from`: where the first of them goes, of `channels`. */
export const putChannels: Op = defineOp({ from: number, channels: number })({
  name: 'put_channels',
  doc: 'Channels in a row among zeros.',
  infer: ({ channels }, inputs) => {
    expectCount(inputs, 'put_channels', 1);
    return [operand(inputs, 0).with(1, channels)];
  },
  reference: ({ from, channels }, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const whole = zeros(shape.with(1, channels));
    const { samples, positions } = channelLayout(shape, 'put_channels');
    const size = sizeOf(shape.slice(1));
    for (let n = 0; n < samples; n++) whole.data.set(data.subarray(n * size, (n + 1) * size), (n * channels + from) * positions);
    return [whole];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0).with(1, node.attrs.channels);
    return lowered([storeNest(nestName(node, 'take_channels', 'grad'), activationAxes(shape), load(input(0), channelsFrom(shape, -node.attrs.from), 0))]);
  }),
  sample: (random) => {
    const shape = activationShape(random);
    const from = between(random, 0, 3);
    return { attrs: { from, channels: from + operand(shape, 1) + between(random, 0, 2) }, inputs: [shape], batch: sampleBatch };
  },
  tolerance: 0,
});
