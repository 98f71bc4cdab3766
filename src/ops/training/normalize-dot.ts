// Gradient of batch norm's gamma, summed by shard: result[s, c] = sum of g * (x - mean[c]) / sqrt(variance[c] + epsilon)

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { accumulator, along, input, load, mul, sub } from '../../ir/nest.ts';
import { inverseDeviation, inverseDeviations, sampleChannels } from '../support/batch-norm.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { perShardNest, perShardReference } from '../support/per-shard.ts';
import { lowered, nestName } from '../support/nests.ts';
import { channelLayout, expectCount, expectParameter, expectSame, operand } from '../support/shapes.ts';

export const normalizeDot: Op = defineOp({ epsilon: number })({
  name: 'normalize_dot',
  doc: 'Gradient times normalised value, summed over each shard by channel.',
  infer: (_attrs, inputs, batch) => {
    expectCount(inputs, 'normalize_dot', 4);
    expectSame(operand(inputs, 0), operand(inputs, 1), 'normalize_dot');
    const { channels } = channelLayout(operand(inputs, 0), 'normalize_dot');
    for (const shape of inputs.slice(2)) expectParameter(shape, [channels], 'a statistic of batch norm');
    return [[batch.shards, channels]];
  },
  reference: (attrs, inputs, batch) => {
    const [g, x, mean] = [operand(inputs, 0).data, operand(inputs, 1), operand(inputs, 2).data];
    const inverse = inverseDeviations(attrs, operand(inputs, 3).data);
    const sums = zeros([batch.shards, mean.length]);
    return [perShardReference(x, batch, sums, (at, c) => (g[at] as number) * ((x.data[at] as number) - (mean[c] as number)) * (inverse[c] as number))];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs, batch) => {
    const nest = perShardNest(nestName(node, 'batch_norm', 'dot'), operand(inputs, 0), batch, (at, c) => mul(load(input(0), at), sub(load(input(1), at), load(input(2), [c]))));
    return lowered([{ ...nest, finish: mul(accumulator, inverseDeviation(node.attrs, input(3), along(1))) }]);
  }),
  sample: (random) => {
    const { shape, channels, positive, batch } = sampleChannels(random);
    return { attrs: { epsilon: 1e-3 }, inputs: [shape, shape, [channels], [channels]], values: [undefined, undefined, undefined, positive()], batch };
  },
  tolerance: 8,
});
