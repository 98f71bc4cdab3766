// Max pooling: the largest element of each window; places outside the input never win.

import type { Op } from '../ir/op.ts';
import { defineOp } from '../ir/op.ts';
import { input, load, result } from '../ir/nest.ts';
import { lowered, nestName } from './support/nests.ts';
import { differentiated, nests, sameConstants } from './support/parts.ts';
import { poolAttributes, poolAxes, poolGeometry, poolNestAxes, poolParams, pooledFromIndex, pooledIndex, pooledShape, samplePool, windowMaxima } from './support/pools.ts';
import { expectCount, operand } from './support/shapes.ts';
import { hasPadding } from './support/window.ts';

export const maxPool: Op = defineOp(poolAttributes)({
  name: 'max_pool',
  doc: 'The largest element of each window.',
  syntax: { operands: ['input'], params: poolParams, example: 'max_pool(conv1, window = 2)' },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'max_pool', 1);
    return [pooledShape(poolGeometry(attrs, operand(inputs, 0), 'max_pool'))];
  },
  reference: (attrs, inputs) => {
    const geometry = poolGeometry(attrs, operand(inputs, 0).shape, 'max_pool');
    return [{ shape: pooledShape(geometry), data: windowMaxima(geometry, operand(inputs, 0).data) }];
  },
  training: differentiated(({ builder, node, resultGradients: [g] }) => {
    if (!g) return [];
    const image = operand(node.inputs, 0);
    const origin = { layer: node.layer };
    const positions = builder.one('max_pool_positions', [image, { node: node.id, result: 0 }], node.attrs, origin);
    return [builder.one('max_pool_grad', [g, positions], { ...node.attrs, extent: builder.shapeOf(image).slice(2) }, origin)];
  }),
  pruning: { kind: 'channels', axes: poolAxes, constant: sameConstants },
  lowering: nests((node, inputs) => {
    const geometry = poolGeometry(node.attrs, operand(inputs, 0), 'max_pool');
    return lowered([
      {
        name: nestName(node, 'max_pool'),
        axes: poolNestAxes(geometry),
        write: { tensor: result(0), index: pooledIndex },
        combine: 'max',
        initial: -Infinity,
        value: load(input(0), pooledFromIndex(geometry), hasPadding(geometry) ? -Infinity : undefined),
      },
    ]);
  }),
  sample: (random) => {
    const { attrs, inputs, batch } = samplePool(random);
    return { attrs, inputs, batch };
  },
  bound: 'monotone',
  tolerance: 0,
});
