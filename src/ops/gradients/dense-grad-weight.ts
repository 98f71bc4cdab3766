// Gradient of a dense layer by its weight, over the whole batch in order: copies a shard would multiply the
// memory of the largest parameters, so threads divide the result instead.
//
//   result[o, i] = sum over n of g[n, o] * input[n, i]

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { along, input, load, mul, result } from '../../ir/nest.ts';
import { lowered, nestName, parallel, reduce } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, flatShape, operand } from '../support/shapes.ts';

export const denseGradWeight: Op = defineOp({})({
  name: 'dense_grad_weight',
  doc: 'Gradient of a dense layer by its weight.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'dense_grad_weight', 2);
    const [samples, features] = flatShape(operand(inputs, 0), 'dense_grad_weight');
    const units = operand(inputs, 1)[1] ?? 0;
    expectParameter(operand(inputs, 1), [samples, units], 'the gradient of dense');
    return [[units, features]];
  },
  reference: (_attrs, inputs) => {
    const activation = operand(inputs, 0);
    const g = operand(inputs, 1);
    const [samples, features] = flatShape(activation.shape, 'dense_grad_weight');
    const units = g.shape[1] ?? 0;
    const out = zeros([units, features]);
    for (let n = 0; n < samples; n++) {
      for (let o = 0; o < units; o++) {
        const gradient = g.data[n * units + o] as number;
        for (let i = 0; i < features; i++) out.data[o * features + i] = (out.data[o * features + i] as number) + gradient * (activation.data[n * features + i] as number);
      }
    }
    return [out];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const [samples, features] = flatShape(operand(inputs, 0), 'dense_grad_weight');
    const units = operand(inputs, 1)[1] ?? 0;
    const [o, i, n] = [along(0), along(1), along(2)] as const;
    return lowered([
      {
        name: nestName(node, 'dense', 'grad-weight'),
        axes: [parallel('o', units), parallel('i', features), reduce('n', samples)],
        write: { tensor: result(0), index: [o, i] },
        combine: 'sum',
        initial: 0,
        value: mul(load(input(1), [n, o]), load(input(0), [n, i])),
      },
    ]);
  }),
  sample: (random) => ({ attrs: {}, inputs: [[sampleBatch.samples, between(random, 1, 9)], [sampleBatch.samples, between(random, 1, 6)]], batch: sampleBatch }),
  tolerance: 4,
});
