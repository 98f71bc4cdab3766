// Channels in another order: result[n, c, ...] = input[n, order[c], ...]
//
// Of G groups it deals them out, one of each in turn, so that what grouped convolutions keep apart meets (ShuffleNet, Zhang
// et al. 2018):
//
//   8 channels, 2 groups      order [0, 4, 1, 5, 2, 6, 3, 7]
//
// Where channels have gone the order is written out.
import { number, numbers, optional } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { input, load, looked } from '../../ir/nest.ts';
import { elementwiseLinks, keptAxis } from '../support/axes.ts';
import { activationAxes, everywhere, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, nests } from '../support/parts.ts';
import { activationShape, choose, sampleBatch } from '../support/sampling.ts';
import { channelLayout, expectCount, operand } from '../support/shapes.ts';

/** One of the two. */
const attributes = { groups: optional(number), order: optional(numbers) };
type Attributes = AttrsOf<typeof attributes>;

/** Where each channel goes. */
function inverse(order: readonly number[]): readonly number[] {
  const to = order.map(() => -1);
  for (const [at, from] of order.entries()) to[from] = at;
  return to;
}

/** @throws ShapeError */
function orderOf({ groups = 1, order }: Attributes, shape: Shape): readonly number[] {
  const { channels } = channelLayout(shape, 'channel_shuffle');
  if (order) return order;
  if (channels % groups !== 0) throw new ShapeError(`groups ${groups} do not divide ${channels} channels`);
  return Array.from({ length: channels }, (_, c) => (c % groups) * (channels / groups) + Math.floor(c / groups));
}

export const channelShuffle: Op = defineOp(attributes)({
  name: 'channel_shuffle',
  doc: 'Deals out the channels of groups, one of each in turn.',
  syntax: {
    operands: ['input'],
    params: [{ name: 'groups', doc: 'how many groups of channels are dealt out', type: 'count' }],
    example: 'channel_shuffle(conv1, groups = 2)',
    attrs: (args) => ({ groups: args.get('groups') as number }),
  },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'channel_shuffle', 1);
    const order = orderOf(attrs, operand(inputs, 0));
    const { channels } = channelLayout(operand(inputs, 0), 'channel_shuffle');
    if (order.length !== channels || inverse(order).includes(-1)) throw new ShapeError(`channel_shuffle wants an order of ${channels} channels`);
    return [operand(inputs, 0)];
  },
  reference: (attrs, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const order = orderOf(attrs, shape);
    const { channels, positions } = channelLayout(shape, 'channel_shuffle');
    return [{
      shape,
      data: data.map((_, at) => {
        const c = Math.floor(at / positions) % channels;
        return data[at + ((order[c] as number) - c) * positions] as number;
      }),
    }];
  },
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('channel_shuffle', [g], { order: inverse(orderOf(node.attrs, builder.shapeOf(operand(node.inputs, 0)))) }, { layer: node.layer })]),
  pruning: {
    kind: 'channels',
    axes: (attrs, inputs) => [elementwiseLinks(operand(inputs, 0)).with(1, { kind: 'table', result: 0, axis: 1, table: inverse(orderOf(attrs, operand(inputs, 0))) })],
    slice: (attrs, kept, inputs) => {
      const channels = keptAxis(kept, 0, 1);
      if (!channels) return attrs;
      return { order: orderOf(attrs, operand(inputs, 0)).filter((from) => channels.includes(from)).map((from) => channels.indexOf(from)) };
    },
    constant: (attrs, [values], _known, inputs) => Float64Array.from(orderOf(attrs, operand(inputs, 0)), (from) => values?.[from] ?? NaN),
  },
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    return lowered([storeNest(nestName(node, 'channel_shuffle'), activationAxes(shape), load(input(0), everywhere(shape).with(1, looked(1, orderOf(node.attrs, shape)))))]);
  }),
  sample: (random) => {
    const shape = activationShape(random);
    const channels = operand(shape, 1);
    if (random() < 0.5) return { attrs: { groups: choose(random, [1, channels, channels % 2 === 0 ? 2 : 1]) }, inputs: [shape], batch: sampleBatch };
    const order = Array.from({ length: channels }, (_, c) => [random(), c] as const).toSorted(([a], [b]) => a - b).map(([, c]) => c);
    return { attrs: { order }, inputs: [shape], batch: sampleBatch };
  },
  bound: 'monotone',
  tolerance: 0,
});
