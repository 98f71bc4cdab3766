// The mean of each channel: [N, C, H, W] -> [N, C, 1, 1]

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { averageGradient, meansNest, windowMeans } from '../support/average.ts';
import { lowered, nestName } from '../support/nests.ts';
import { differentiated, nests, sameConstants } from '../support/parts.ts';
import { poolAxes, pooledShape, sampleImage, wholePool, wholeWindow } from '../support/pools.ts';
import { expectCount, operand } from '../support/shapes.ts';

export const globalAvgPool: Op = defineOp({})({
  name: 'global_avg_pool',
  doc: 'The mean of each channel.',
  syntax: { operands: ['input'], params: [], example: 'global_avg_pool(conv4)' },
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'global_avg_pool', 1);
    return [pooledShape(wholePool(operand(inputs, 0), 'global_avg_pool'))];
  },
  reference: (_attrs, inputs) => [windowMeans(wholePool(operand(inputs, 0).shape, 'global_avg_pool'), 'inside', operand(inputs, 0).data)],
  training: differentiated((context) => averageGradient(context, wholeWindow(context.builder.shapeOf(operand(context.node.inputs, 0))))),
  pruning: { kind: 'channels', axes: poolAxes, constant: sameConstants },
  lowering: nests((node, inputs) => lowered([meansNest(nestName(node, 'global_avg_pool'), wholePool(operand(inputs, 0), 'global_avg_pool'), 'inside')])),
  sample: (random) => ({ attrs: {}, ...sampleImage(random) }),
  bound: 'monotone',
  tolerance: 4,
});
