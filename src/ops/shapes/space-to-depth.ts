// Blocks of places become channels (support/block-order.ts): [N, C, H block, W block] -> [N, C block^2, H, W]
//
// A channel becomes several, which do not stand together in either order of the channels for what comes after, so none
// is removed through it.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { input, load, result } from '../../ir/nest.ts';
import { blockAttributes, blockAxes, blockParams, fromPlaces, rearranged, sampleBlocks } from '../support/block-order.ts';
import { lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, nests, opaque } from '../support/parts.ts';
import { expectCount, operand } from '../support/shapes.ts';

export const spaceToDepth: Op = defineOp(blockAttributes)({
  name: 'space_to_depth',
  doc: 'Turns blocks of places into channels.',
  syntax: { operands: ['input'], params: blockParams, example: 'space_to_depth(image, block = 2)' },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'space_to_depth', 1);
    return [fromPlaces(attrs, operand(inputs, 0), 'space_to_depth').channels];
  },
  reference: (attrs, inputs) => [rearranged(attrs, fromPlaces(attrs, operand(inputs, 0).shape, 'space_to_depth'), 'channels', operand(inputs, 0))],
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('depth_to_space', [g], node.attrs, { layer: node.layer })]),
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const { axes, places, channels } = blockAxes(node.attrs, fromPlaces(node.attrs, operand(inputs, 0), 'space_to_depth'));
    return lowered([storeNest(nestName(node, 'space_to_depth'), axes, load(input(0), places), result(0), channels)]);
  }),
  sample: (random) => sampleBlocks(random, 'places'),
  bound: 'monotone',
  tolerance: 0,
});
