// Where momentum is about to carry a parameter, w + momentum*m: there Nesterov's method takes the gradient.

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { add, constant, input, load, mul } from '../../ir/nest.ts';
import { everywhere, lowered, nestName, plainAxes, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { anyShape, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectSame, mapTensor, operand } from '../support/shapes.ts';

export const lookahead: Op = defineOp({ momentum: number })({
  name: 'lookahead',
  doc: 'A parameter moved on by its momentum.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'lookahead', 2);
    expectSame(operand(inputs, 0), operand(inputs, 1), 'lookahead');
    return [operand(inputs, 0)];
  },
  reference: ({ momentum }, inputs) => {
    const m = operand(inputs, 1).data;
    return [mapTensor(operand(inputs, 0), (w, i) => w + momentum * (m[i] as number))];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const at = everywhere(shape);
    const { momentum } = node.attrs;
    return lowered([storeNest(nestName(node, 'lookahead', 'lookahead'), plainAxes(shape), add(load(input(0), at), mul(constant(momentum), load(input(1), at))))]);
  }),
  sample: (random) => {
    const shape = anyShape(random);
    return { attrs: { momentum: random() }, inputs: [shape, shape], batch: sampleBatch };
  },
  tolerance: 2,
});
