// Gradient of a dense layer by its input: result[n, i] = sum over o of g[n, o] * weight[o, i]

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { along, input, load, mul } from '../../ir/nest.ts';
import { batchAxis, lowered, nestName, parallel, reduce } from '../support/nests.ts';
import { result } from '../../ir/nest.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, flatShape, operand } from '../support/shapes.ts';

export const denseGradInput: Op = defineOp({})({
  name: 'dense_grad_input',
  doc: 'Gradient of a dense layer by its input.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'dense_grad_input', 2);
    const [samples, units] = flatShape(operand(inputs, 0), 'dense_grad_input');
    const features = operand(inputs, 1)[1] ?? 0;
    expectParameter(operand(inputs, 1), [units, features], 'the weight of dense');
    return [[samples, features]];
  },
  reference: (_attrs, inputs) => {
    const g = operand(inputs, 0);
    const weight = operand(inputs, 1);
    const [samples, units] = flatShape(g.shape, 'dense_grad_input');
    const features = weight.shape[1] ?? 0;
    const out = zeros([samples, features]);
    for (let n = 0; n < samples; n++) {
      for (let o = 0; o < units; o++) {
        const gradient = g.data[n * units + o] as number;
        for (let i = 0; i < features; i++) out.data[n * features + i] = (out.data[n * features + i] as number) + gradient * (weight.data[o * features + i] as number);
      }
    }
    return [out];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const [samples, units] = flatShape(operand(inputs, 0), 'dense_grad_input');
    const features = operand(inputs, 1)[1] ?? 0;
    const [n, i, o] = [along(0), along(1), along(2)] as const;
    return lowered([
      {
        name: nestName(node, 'dense', 'grad-input'),
        axes: [batchAxis(samples), parallel('i', features), reduce('o', units)],
        write: { tensor: result(0), index: [n, i] },
        combine: 'sum',
        initial: 0,
        value: mul(load(input(0), [n, o]), load(input(1), [o, i])),
      },
    ]);
  }),
  sample: (random) => {
    const units = between(random, 1, 6);
    return { attrs: {}, inputs: [[sampleBatch.samples, units], [units, between(random, 1, 9)]], batch: sampleBatch };
  },
  tolerance: 4,
});
