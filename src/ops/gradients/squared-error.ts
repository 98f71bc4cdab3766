// The squared error of each sample, with the gradient of the mean loss. E numbers are a sample's, N its batch's samples:
//
//   loss[n]        = weights[n] * 1/E * sum over e of (input[n, e] - labels[n, e])^2
//   gradient[n, e] = weights[n] * 2 / (N * E) * (input[n, e] - labels[n, e])

import { present } from '../../base/invariant.ts';
import { sizeOf, zeros } from '../../base/tensor.ts';
import { accumulator, along, constant, input, load, mul, result, sub } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { activationAxes, batchAxis, everywhere, lowered, nestName, reduce, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { activationShape, choose, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, expectSame, operand } from '../support/shapes.ts';

export const squaredError: Op = defineOp({})({
  name: 'squared_error',
  doc: 'Mean squared difference of each sample from what it is to be, and the gradient of the mean loss.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'squared_error', 3);
    const shape = operand(inputs, 0);
    const samples = present(shape[0], 'samples');
    expectSame(shape, operand(inputs, 1), 'squared_error');
    expectParameter(operand(inputs, 2), [samples], 'the sample weights');
    return [[samples], shape];
  },
  reference: (_attrs, inputs) => {
    const [found, labels, weights] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
    const [samples = 0, ...sample] = found.shape;
    const size = sizeOf(sample);
    const [loss, gradient] = [zeros([samples]), zeros(found.shape)];
    for (const [at, value] of found.data.entries()) {
      const n = Math.floor(at / size);
      const [weight, difference] = [weights.data[n] as number, value - (labels.data[at] as number)];
      loss.data[n] = (loss.data[n] as number) + (weight * difference ** 2) / size;
      gradient.data[at] = (2 * weight * difference) / (samples * size);
    }
    return [loss, gradient];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const [samples = 0, ...sample] = shape;
    const size = sizeOf(sample);
    const name = nestName(node, 'loss');
    const difference = sub(load(input(0), everywhere(shape)), load(input(1), everywhere(shape)));
    const weight = load(input(2), [along(0)]);
    return lowered([
      {
        name,
        axes: [batchAxis(samples), ...sample.map((extent, d) => reduce(`d${d}`, extent))],
        write: { tensor: result(0), index: [along(0)] },
        combine: 'sum',
        initial: 0,
        value: mul(difference, difference),
        finish: mul(mul(weight, constant(1 / size)), accumulator),
      },
      storeNest(`${name}.gradient`, activationAxes(shape), mul(mul(weight, constant(2 / (samples * size))), difference), result(1)),
    ]);
  }),
  sample: (random) => {
    const shape = activationShape(random);
    const [samples = 0] = shape;
    return { attrs: {}, inputs: [shape, shape, [samples]], values: [undefined, undefined, Array.from({ length: samples }, () => choose(random, [1, 1, 0]))], batch: sampleBatch };
  },
  tolerance: 8,
});
