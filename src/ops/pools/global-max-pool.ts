// The largest element of each channel: [N, C, H, W] -> [N, C, 1, 1]

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { maximaGradient, maximaNest, windowMaxima } from '../support/max-pooling.ts';
import { lowered, nestName } from '../support/nests.ts';
import { differentiated, nests, sameConstants } from '../support/parts.ts';
import { poolAxes, pooledShape, sampleImage, wholePool, wholeWindow } from '../support/pools.ts';
import { expectCount, operand } from '../support/shapes.ts';

export const globalMaxPool: Op = defineOp({})({
  name: 'global_max_pool',
  doc: 'The largest element of each channel.',
  syntax: { operands: ['input'], params: [], example: 'global_max_pool(conv4)' },
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'global_max_pool', 1);
    return [pooledShape(wholePool(operand(inputs, 0), 'global_max_pool'))];
  },
  reference: (_attrs, inputs) => [windowMaxima(wholePool(operand(inputs, 0).shape, 'global_max_pool'), operand(inputs, 0).data)],
  training: differentiated((context) => maximaGradient(context, wholeWindow(context.builder.shapeOf(operand(context.node.inputs, 0))))),
  pruning: { kind: 'channels', axes: poolAxes, constant: sameConstants },
  lowering: nests((node, inputs) => lowered([maximaNest(nestName(node, 'global_max_pool'), wholePool(operand(inputs, 0), 'global_max_pool'))])),
  sample: (random) => ({ attrs: {}, ...sampleImage(random) }),
  bound: 'monotone',
  tolerance: 0,
});
