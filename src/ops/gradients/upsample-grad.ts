// Gradient of upsample: the sum of each block.

import { pair } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { along, index, input, load, result } from '../../ir/nest.ts';
import { blocksOf } from '../support/blocks.ts';
import { activationAxes, lowered, nestName, reduce } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { sampleImage } from '../support/pools.ts';
import { between } from '../support/sampling.ts';
import { expectCount, imageShape, operand } from '../support/shapes.ts';
import type { Pair } from '../../ir/attributes.ts';
import type { Shape } from '../../base/tensor.ts';

function smallOf(large: Shape, factor: Pair): Shape {
  const [samples, channels, rows, columns] = imageShape(large, 'upsample_grad');
  return [samples, channels, rows / factor[0], columns / factor[1]];
}

export const upsampleGrad: Op = defineOp({ factor: pair })({
  name: 'upsample_grad',
  doc: 'Gradient of upsample by its input.',
  infer: ({ factor }, inputs) => {
    expectCount(inputs, 'upsample_grad', 1);
    return [smallOf(operand(inputs, 0), factor)];
  },
  reference: ({ factor }, inputs) => {
    const g = operand(inputs, 0);
    const sums = zeros(smallOf(g.shape, factor));
    const { smallAt } = blocksOf(sums.shape, factor, 'upsample_grad');
    for (const [at, value] of g.data.entries()) sums.data[smallAt(at)] = (sums.data[smallAt(at)] as number) + value;
    return [sums];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const { factor } = node.attrs;
    const small = smallOf(operand(inputs, 0), factor);
    return lowered([
      {
        name: nestName(node, 'upsample', 'grad'),
        axes: [...activationAxes(small), reduce('dy', factor[0]), reduce('dx', factor[1])],
        write: { tensor: result(0), index: [along(0), along(1), along(2), along(3)] },
        combine: 'sum',
        initial: 0,
        value: load(input(0), [along(0), along(1), index(0, [2, factor[0]], [4, 1]), index(0, [3, factor[1]], [5, 1])]),
      },
    ]);
  }),
  sample: (random) => {
    const factor: Pair = [between(random, 1, 3), between(random, 1, 3)];
    const { inputs: [small = []], batch } = sampleImage(random);
    return { attrs: { factor }, inputs: [blocksOf(small, factor, 'upsample').large], batch };
  },
  tolerance: 2,
});
