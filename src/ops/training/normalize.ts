// Batch norm by the statistics of this very batch: gamma * (x - mean) / sqrt(variance + epsilon) + beta, mean
// and variance (divisor M) being those of x. The gradient by x runs through the statistics too, so they get
// none of their own.

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { normalizeNests, normalizeReference, sampleChannels } from '../support/batch-norm.ts';
import { nestName } from '../support/nests.ts';
import { differentiated, nests, opaque } from '../support/parts.ts';
import { channelLayout, expectCount, expectParameter, operand } from '../support/shapes.ts';

const places = { mean: 1, variance: 2, gamma: 3, beta: 4 } as const;

export const normalize: Op = defineOp({ epsilon: number })({
  name: 'normalize',
  doc: 'Batch norm by the statistics of its own operand.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'normalize', 5);
    const { channels } = channelLayout(operand(inputs, 0), 'normalize');
    for (const shape of inputs.slice(1)) expectParameter(shape, [channels], 'a parameter of normalize');
    return [operand(inputs, 0)];
  },
  reference: (attrs, inputs) => [normalizeReference(attrs, inputs, places)],
  training: differentiated(({ builder, node, resultGradients: [g], wanted }) => {
    if (!g) return [];
    const origin = { layer: node.layer };
    const input = (i: number): typeof g => operand(node.inputs, i);
    const [x, mean, variance, gamma] = [input(0), input(places.mean), input(places.variance), input(places.gamma)] as const;
    const sumG = builder.one('sum_shards', [builder.one('channel_sums', [g], {}, origin)], { scale: 1 }, origin);
    const dot = builder.one('sum_shards', [builder.one('normalize_dot', [g, x, mean, variance], node.attrs, origin)], { scale: 1 }, origin);
    const gx = wanted(0) ? builder.one('normalize_grad', [g, x, mean, variance, gamma, sumG, dot], node.attrs, origin) : undefined;
    return [gx, undefined, undefined, dot, sumG];
  }),
  pruning: opaque,
  lowering: nests((node, inputs) => normalizeNests(nestName(node, 'batch_norm'), node.attrs, operand(inputs, 0), places)),
  sample: (random) => {
    const { shape, channels, positive, batch } = sampleChannels(random);
    const each = [channels];
    return { attrs: { epsilon: 1e-3 }, inputs: [shape, each, each, each, each], values: [undefined, undefined, positive(), undefined, undefined], batch };
  },
  tolerance: 8,
});
