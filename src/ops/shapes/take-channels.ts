// Some channels in a row: a slice, or a part of a split; and the gradient of concat by one of its operands.

import { number } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import { sizeOf, zeros } from '../../base/tensor.ts';
import { input, load } from '../../ir/nest.ts';
import { elementwiseLinks, keptAxis } from '../support/axes.ts';
import { channelsFrom } from '../support/channel-range.ts';
import { activationAxes, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, nests } from '../support/parts.ts';
import { activationShape, between, sampleBatch } from '../support/sampling.ts';
import { channelLayout, expectCount, operand } from '../support/shapes.ts';

export const takeChannels: Op = defineOp({ from: number, count: number })({
  name: 'take_channels',
  doc: 'Some channels in a row.',
  syntax: {
    operands: ['input'],
    params: [
      { name: 'from', doc: 'the first of them, counted from 0', type: 'extent', default: 0 },
      { name: 'count', doc: 'how many', type: 'count' },
    ],
    example: 'take_channels(conv1, from = 16, count = 16)',
  },
  infer: ({ from, count }, inputs) => {
    expectCount(inputs, 'take_channels', 1);
    const { channels } = channelLayout(operand(inputs, 0), 'take_channels');
    if (from + count > channels) throw new ShapeError(`take_channels takes channels ${from} to ${from + count - 1}, of ${channels}, which are counted from 0`);
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
  training: differentiated(({ builder, node, resultGradients: [g] }) => {
    const [, channels = 0] = builder.shapeOf(operand(node.inputs, 0));
    return [g && builder.one('put_channels', [g], { from: node.attrs.from, channels }, { layer: node.layer })];
  }),
  pruning: {
    kind: 'channels',
    axes: ({ from, count }, inputs) => {
      const shape = operand(inputs, 0);
      const table = Array.from({ length: operand(shape, 1) }, (_, c) => (c >= from && c < from + count ? c - from : -1));
      return [elementwiseLinks(shape).with(1, { kind: 'table', result: 0, axis: 1, table })];
    },
    slice: ({ from, count }, kept) => {
      const channels = keptAxis(kept, 0, 1);
      if (!channels) return { from, count };
      return { from: channels.filter((c) => c < from).length, count: channels.filter((c) => c >= from && c < from + count).length };
    },
    constant: ({ from, count }, [values]) => Float64Array.from({ length: count }, (_, c) => values?.[from + c] ?? NaN),
  },
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    return lowered([storeNest(nestName(node, 'concat', 'grad'), activationAxes(shape.with(1, node.attrs.count)), load(input(0), channelsFrom(shape, node.attrs.from)))]);
  }),
  sample: (random) => {
    const shape = activationShape(random);
    const from = between(random, 0, operand(shape, 1) - 1);
    return { attrs: { from, count: between(random, 1, operand(shape, 1) - from) }, inputs: [shape], batch: sampleBatch };
  },
  bound: 'monotone',
  tolerance: 0,
});
