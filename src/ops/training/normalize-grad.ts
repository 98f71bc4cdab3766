// Gradient of batch norm by its input, through the statistics (Ioffe & Szegedy 2015, section 3). With M
// elements a channel, xhat = (x - mean) / sqrt(variance + epsilon), and sums over the channel:
//
//   result = gamma / sqrt(variance + epsilon) / M * (M * g - sum(g) - xhat * sum(g * xhat))

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { add, along, constant, input, load, mul, sub, temporary } from '../../ir/nest.ts';
import { inverseDeviation, inverseDeviations, sampleChannels } from '../support/batch-norm.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { mapChannels } from '../support/per-channel.ts';
import { activationAxes, everywhere, lowered, nestName, parallel, storeNest } from '../support/nests.ts';
import { channelLayout, expectCount, expectParameter, expectSame, operand } from '../support/shapes.ts';

export const normalizeGrad: Op = defineOp({ epsilon: number })({
  name: 'normalize_grad',
  doc: 'Gradient of batch norm by its input, through the statistics of the batch.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'normalize_grad', 7);
    expectSame(operand(inputs, 0), operand(inputs, 1), 'normalize_grad');
    const { channels } = channelLayout(operand(inputs, 0), 'normalize_grad');
    for (const shape of inputs.slice(2)) expectParameter(shape, [channels], 'a statistic of batch norm');
    return [operand(inputs, 0)];
  },
  reference: (attrs, inputs) => {
    const data = (i: number): Float64Array => operand(inputs, i).data;
    const [x, mean, gamma, sumG, dot] = [data(1), data(2), data(4), data(5), data(6)];
    const inverse = inverseDeviations(attrs, data(3));
    const { samples, positions } = channelLayout(operand(inputs, 0).shape, 'normalize_grad');
    const count = samples * positions;
    return [
      mapChannels(operand(inputs, 0), (g, c, at) => {
        const deviation = inverse[c] as number;
        const normalized = ((x[at] as number) - (mean[c] as number)) * deviation;
        return (gamma[c] as number) * deviation * (g - ((sumG[c] as number) + normalized * (dot[c] as number)) / count);
      }),
    ];
  },
  training: undifferentiated,
  pruning: opaque,
  // As a*g - b*(x - mean) - d by channel: temporaries 0: a, 1: b, 2: d.
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const { samples, channels, positions } = channelLayout(shape, 'normalize_grad');
    const name = nestName(node, 'batch_norm', 'grad');
    const share = constant(1 / (samples * positions));
    const own = [along(0)];
    const inverse = inverseDeviation(node.attrs, input(3), along(0));
    const scale = load(temporary(0), own);
    const channelAxes = [parallel('c', channels)];
    const [c, at] = [[along(1)], everywhere(shape)] as const;
    const centred = sub(load(input(1), at), load(input(2), c));
    return lowered(
      [
        storeNest(`${name}.scale`, channelAxes, mul(load(input(4), own), inverse), temporary(0)),
        storeNest(`${name}.slope`, channelAxes, mul(mul(scale, inverse), mul(load(input(6), own), share)), temporary(1)),
        storeNest(`${name}.shift`, channelAxes, mul(scale, mul(load(input(5), own), share)), temporary(2)),
        storeNest(name, activationAxes(shape), sub(mul(load(temporary(0), c), load(input(0), at)), add(mul(load(temporary(1), c), centred), load(temporary(2), c)))),
      ],
      [[channels], [channels], [channels]],
    );
  }),
  sample: (random) => {
    const { shape, channels, positive, batch } = sampleChannels(random);
    const each = [channels];
    return { attrs: { epsilon: 1e-3 }, inputs: [shape, shape, each, each, each, each, each], values: [undefined, undefined, undefined, positive(), undefined, undefined, undefined], batch };
  },
  tolerance: 16,
});
