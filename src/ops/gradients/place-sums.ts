// Sums of products over the places of each channel: the gradient of a gate.
//
//   result[n, c] = sum over y, x of left[n, c, y, x] * right[n, c, y, x]

import { numbers } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { zeros } from '../../base/tensor.ts';
import { along, index, input, load, mul, result } from '../../ir/nest.ts';
import { batchAxis, everywhere, lowered, nestName, parallel, reduce } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectSame, imageShape, operand } from '../support/shapes.ts';

const attributes = { shape: numbers };

/** `shape` of a result of one sample: `[channels]` or `[channels, 1, 1]`. */
function resultShape({ shape }: AttrsOf<typeof attributes>, samples: number): Shape {
  return [samples, ...shape];
}

export const placeSums: Op = defineOp(attributes)({
  name: 'place_sums',
  doc: 'Sums over the places of each channel of the products of two images.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'place_sums', 2);
    expectSame(operand(inputs, 0), operand(inputs, 1), 'place_sums');
    return [resultShape(attrs, imageShape(operand(inputs, 0), 'place_sums')[0])];
  },
  reference: (attrs, inputs) => {
    const [left, right] = [operand(inputs, 0), operand(inputs, 1)];
    const [samples, , rows, columns] = imageShape(left.shape, 'place_sums');
    const sums = zeros(resultShape(attrs, samples));
    for (const [at, value] of left.data.entries()) {
      const to = Math.floor(at / (rows * columns));
      sums.data[to] = (sums.data[to] as number) + value * (right.data[at] as number);
    }
    return [sums];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const [samples, channels, rows, columns] = imageShape(shape, 'place_sums');
    const at = everywhere(shape);
    return lowered([
      {
        name: nestName(node, 'place_sums', 'sums'),
        axes: [batchAxis(samples), parallel('c', channels), reduce('y', rows), reduce('x', columns)],
        write: { tensor: result(0), index: node.attrs.shape.length === 1 ? [along(0), along(1)] : [along(0), along(1), index(0), index(0)] },
        combine: 'sum',
        initial: 0,
        value: mul(load(input(0), at), load(input(1), at)),
      },
    ]);
  }),
  sample: (random) => {
    const channels = between(random, 1, 5);
    const shape = [sampleBatch.samples, channels, between(random, 1, 4), between(random, 1, 4)];
    return { attrs: { shape: random() < 0.5 ? [channels] : [channels, 1, 1] }, inputs: [shape, shape], batch: sampleBatch };
  },
  tolerance: 4,
});
