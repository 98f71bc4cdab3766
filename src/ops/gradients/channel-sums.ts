// Sums over the samples and positions of each channel, one a shard: gradients of biases and of batch norm's
// beta, and batch norm's means.
//
//   result[s, c] = sum over samples n of shard s and positions y, x of input[n, c, y, x]

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { perShardReference, perShardNest } from '../support/per-shard.ts';
import { input, load } from '../../ir/nest.ts';
import { lowered, nestName } from '../support/nests.ts';
import { activationShape, sampleBatch } from '../support/sampling.ts';
import { channelLayout, expectCount, operand } from '../support/shapes.ts';

export const channelSums: Op = defineOp({})({
  name: 'channel_sums',
  doc: 'Sums of each channel over the samples and positions of each shard.',
  infer: (_attrs, inputs, batch) => {
    expectCount(inputs, 'channel_sums', 1);
    return [[batch.shards, channelLayout(operand(inputs, 0), 'channel_sums').channels]];
  },
  reference: (_attrs, inputs, batch) => {
    const image = operand(inputs, 0);
    const sums = zeros([batch.shards, channelLayout(image.shape, 'channel_sums').channels]);
    return [perShardReference(image, batch, sums, (at) => image.data[at] as number)];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs, batch) => lowered([perShardNest(nestName(node, 'channel_sums', 'sums'), operand(inputs, 0), batch, (at) => load(input(0), at))])),
  sample: (random) => ({ attrs: {}, inputs: [activationShape(random)], batch: sampleBatch }),
  tolerance: 4,
});
