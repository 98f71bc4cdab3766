// Gradient of softmax from its result: result[n, f] = y[n, f] * (g[n, f] - sum over j of g[n, j] * y[n, j])

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { along, input, load, mul, sub, temporary } from '../../ir/nest.ts';
import { activationAxes, batchAxis, lowered, nestName, reduce, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectSame, flatShape, operand } from '../support/shapes.ts';

export const softmaxGrad: Op = defineOp({})({
  name: 'softmax_grad',
  doc: 'Gradient of softmax from its result.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'softmax_grad', 2);
    expectSame(operand(inputs, 0), operand(inputs, 1), 'softmax_grad');
    return [[...flatShape(operand(inputs, 0), 'softmax_grad')]];
  },
  reference: (_attrs, inputs) => {
    const [g, y] = [operand(inputs, 0), operand(inputs, 1)];
    const [samples, features] = flatShape(g.shape, 'softmax_grad');
    const out = zeros(g.shape);
    for (let first = 0; first < samples * features; first += features) {
      let dot = 0;
      for (let at = first; at < first + features; at++) dot += (g.data[at] as number) * (y.data[at] as number);
      for (let at = first; at < first + features; at++) out.data[at] = (y.data[at] as number) * ((g.data[at] as number) - dot);
    }
    return [out];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const [samples, features] = flatShape(operand(inputs, 0), 'softmax_grad');
    const name = nestName(node, 'softmax', 'grad');
    const [n, f] = [along(0), along(1)] as const;
    const [g, y] = [load(input(0), [n, f]), load(input(1), [n, f])] as const;
    return lowered(
      [
        { name: `${name}.dot`, axes: [batchAxis(samples), reduce('c', features)], write: { tensor: temporary(0), index: [n] }, combine: 'sum', initial: 0, value: mul(g, y) },
        storeNest(name, activationAxes([samples, features]), mul(y, sub(g, load(temporary(0), [n])))),
      ],
      [[samples]],
    );
  }),
  sample: (random) => {
    const shape = [sampleBatch.samples, between(random, 1, 9)];
    return { attrs: {}, inputs: [shape, shape], batch: sampleBatch };
  },
  tolerance: 8,
});
