// Squared distances from the channel's mean, summed by shard: the first half of batch norm's variance.
//
//   result[s, c] = sum over samples n of shard s and positions of (input[n, c, ...] - mean[c])^2

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { input, load, mul, sub } from '../../ir/nest.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { perShardNest, perShardReference } from '../support/per-shard.ts';
import { lowered, nestName } from '../support/nests.ts';
import { sampleChannels } from '../support/batch-norm.ts';
import { channelLayout, expectCount, expectParameter, operand } from '../support/shapes.ts';

export const channelSquares: Op = defineOp({})({
  name: 'channel_squares',
  doc: 'Squared distances from the mean of each channel, summed over each shard.',
  infer: (_attrs, inputs, batch) => {
    expectCount(inputs, 'channel_squares', 2);
    const { channels } = channelLayout(operand(inputs, 0), 'channel_squares');
    expectParameter(operand(inputs, 1), [channels], 'the mean');
    return [[batch.shards, channels]];
  },
  reference: (_attrs, inputs, batch) => {
    const [x, mean] = [operand(inputs, 0), operand(inputs, 1).data];
    return [perShardReference(x, batch, zeros([batch.shards, mean.length]), (at, c) => ((x.data[at] as number) - (mean[c] as number)) ** 2)];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs, batch) =>
    lowered([
      perShardNest(nestName(node, 'batch_norm', 'squares'), operand(inputs, 0), batch, (at, c) => {
        const centred = sub(load(input(0), at), load(input(1), [c]));
        return mul(centred, centred);
      }),
    ])),
  sample: (random) => {
    const { shape, channels, batch } = sampleChannels(random);
    return { attrs: {}, inputs: [shape, [channels]], batch };
  },
  tolerance: 4,
});
