// Average pooling: the mean of each window's elements inside the input (padding is not counted).

import type { Op } from '../ir/op.ts';
import { defineOp } from '../ir/op.ts';
import { zeros } from '../base/tensor.ts';
import { accumulator, input, load, mul, result } from '../ir/nest.ts';
import { lowered, nestName } from './support/nests.ts';
import { inverseCount } from './support/average.ts';
import { differentiated, nests, sameConstants } from './support/parts.ts';
import { forEachTap, poolAttributes, poolAxes, poolGeometry, poolNestAxes, poolParams, pooledFromIndex, pooledIndex, pooledShape, samplePool, windowCounts } from './support/pools.ts';
import { expectCount, operand } from './support/shapes.ts';
import { hasPadding } from './support/window.ts';

export const avgPool: Op = defineOp(poolAttributes)({
  name: 'avg_pool',
  doc: 'The mean of each window; places outside the input are not counted.',
  syntax: { operands: ['input'], params: poolParams, example: 'avg_pool(conv1, window = 2)' },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'avg_pool', 1);
    return [pooledShape(poolGeometry(attrs, operand(inputs, 0), 'avg_pool'))];
  },
  reference: (attrs, inputs) => {
    const image = operand(inputs, 0).data;
    const geometry = poolGeometry(attrs, operand(inputs, 0).shape, 'avg_pool');
    const out = zeros(pooledShape(geometry));
    forEachTap(geometry, (at, from) => {
      out.data[at] = (out.data[at] as number) + (image[from] as number);
    });
    const [rows, columns] = windowCounts(geometry);
    const counts = rows.flatMap((row) => columns.map((column) => row * column));
    return [{ shape: out.shape, data: out.data.map((sum, at) => sum / (counts[at % counts.length] as number)) }];
  },
  training: differentiated(({ builder, node, resultGradients: [g] }) => [
    g && builder.one('avg_pool_grad', [g], { ...node.attrs, extent: builder.shapeOf(operand(node.inputs, 0)).slice(2) }, { layer: node.layer }),
  ]),
  pruning: { kind: 'channels', axes: poolAxes, constant: sameConstants },
  lowering: nests((node, inputs) => {
    const geometry = poolGeometry(node.attrs, operand(inputs, 0), 'avg_pool');
    return lowered([
      {
        name: nestName(node, 'avg_pool'),
        axes: poolNestAxes(geometry),
        write: { tensor: result(0), index: pooledIndex },
        combine: 'sum',
        initial: 0,
        value: load(input(0), pooledFromIndex(geometry), hasPadding(geometry) ? 0 : undefined),
        finish: mul(accumulator, inverseCount(geometry, 2, 3)),
      },
    ]);
  }),
  sample: (random) => {
    const { attrs, inputs, batch } = samplePool(random);
    return { attrs, inputs, batch };
  },
  bound: 'monotone',
  tolerance: 4,
});
