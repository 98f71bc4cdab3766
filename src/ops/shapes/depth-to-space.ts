// Channels become blocks of places (support/block-order.ts): [N, C block^2, H, W] -> [N, C, H block, W block]
//
// A channel of the result can go where all that it is made of can.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { input, load, result } from '../../ir/nest.ts';
import { allLink, identityLink } from '../support/axes.ts';
import { blockAttributes, blockAxes, blockChannel, blockParams, fromChannels, imageChannels, rearranged, sampleBlocks } from '../support/block-order.ts';
import { lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, nests } from '../support/parts.ts';
import { expectCount, operand } from '../support/shapes.ts';

export const depthToSpace: Op = defineOp(blockAttributes)({
  name: 'depth_to_space',
  doc: 'Turns channels into blocks of places.',
  syntax: { operands: ['input'], params: blockParams, example: 'depth_to_space(conv4, block = 3, order = crd)' },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'depth_to_space', 1);
    return [fromChannels(attrs, operand(inputs, 0), 'depth_to_space').places];
  },
  reference: (attrs, inputs) => [rearranged(attrs, fromChannels(attrs, operand(inputs, 0).shape, 'depth_to_space'), 'places', operand(inputs, 0))],
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('space_to_depth', [g], node.attrs, { layer: node.layer })]),
  pruning: {
    kind: 'channels',
    axes: (attrs, inputs) => [[identityLink(0), { kind: 'table', result: 0, axis: 1, table: imageChannels(attrs, fromChannels(attrs, operand(inputs, 0), 'depth_to_space')) }, allLink, allLink]],
    // The same at every place where it is the same in all channels that become one.
    constant: (attrs, [values], _known, inputs) => {
      const [, channels = 0] = fromChannels(attrs, operand(inputs, 0), 'depth_to_space').places;
      return Float64Array.from({ length: channels }, (_, c) => {
        const parts = Array.from({ length: attrs.block ** 2 }, (__, at) => values?.[blockChannel(attrs, channels, c, Math.floor(at / attrs.block), at % attrs.block)] ?? NaN);
        return parts.every((value) => value === parts[0]) ? (parts[0] ?? NaN) : NaN;
      });
    },
  },
  lowering: nests((node, inputs) => {
    const { axes, places, channels } = blockAxes(node.attrs, fromChannels(node.attrs, operand(inputs, 0), 'depth_to_space'));
    return lowered([storeNest(nestName(node, 'depth_to_space'), axes, load(input(0), channels), result(0), places)]);
  }),
  sample: (random) => sampleBlocks(random, 'channels'),
  bound: 'monotone',
  tolerance: 0,
});
