// Max pooling: the largest element of each window; places outside the input never win.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { maximaGradient, maximaNest, windowMaxima } from '../support/max-pooling.ts';
import { lowered, nestName } from '../support/nests.ts';
import { differentiated, nests, sameConstants } from '../support/parts.ts';
import { poolAttributes, poolAxes, poolGeometry, poolParams, pooledShape, samplePool, writtenPool } from '../support/pools.ts';
import { expectCount, operand } from '../support/shapes.ts';

export const maxPool: Op = defineOp(poolAttributes)({
  name: 'max_pool',
  doc: 'The largest element of each window.',
  syntax: { operands: ['input'], params: poolParams, example: 'max_pool(conv1, window = 2)', attrs: (args, operands) => writtenPool(args, operands, 'max_pool') },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'max_pool', 1);
    return [pooledShape(poolGeometry(attrs, operand(inputs, 0), 'max_pool'))];
  },
  reference: (attrs, inputs) => [windowMaxima(poolGeometry(attrs, operand(inputs, 0).shape, 'max_pool'), operand(inputs, 0).data)],
  training: differentiated((context) => maximaGradient(context, context.node.attrs)),
  // A place outside never wins, so a constant stays one at the border.
  pruning: { kind: 'channels', axes: poolAxes, constant: sameConstants },
  lowering: nests((node, inputs) => lowered([maximaNest(nestName(node, 'max_pool'), poolGeometry(node.attrs, operand(inputs, 0), 'max_pool'))])),
  sample: (random) => {
    const { attrs, inputs, batch } = samplePool(random);
    return { attrs, inputs, batch };
  },
  bound: 'monotone',
  tolerance: 0,
});
