// Dropout. In inference the identity; in training each element is kept with probability 1 - rate and
// divided by it (Srivastava et al. 2014, inverted), so that the expectation is the same.

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { streamOf } from '../../base/random.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import { input, load } from '../../ir/nest.ts';
import { elementwiseLinks } from '../support/axes.ts';
import { axesFor, everywhere, lowered, nestName, storeNest } from '../support/nests.ts';
import { sameConstants, view } from '../support/parts.ts';
import { activationShape, sampleBatch } from '../support/sampling.ts';
import { expectCount, operand } from '../support/shapes.ts';

export const dropout: Op = defineOp({ rate: number })({
  name: 'dropout',
  doc: 'In training drops elements at random and scales up the rest; nothing otherwise.',
  syntax: {
    operands: ['input'],
    params: [{ name: 'rate', doc: 'share of elements dropped', type: 'share', default: 0.5 }],
    example: 'dropout(fc1, rate = 0.5)',
  },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'dropout', 1);
    const { rate } = attrs;
    if (!(rate >= 0 && rate < 1)) throw new ShapeError(`rate must be from 0 to below 1, not ${rate}`);
    return [operand(inputs, 0)];
  },
  reference: (_attrs, inputs) => [operand(inputs, 0)],
  training: {
    kind: 'form',
    form: ({ builder, node, inputs, step, seed }) => {
      const origin = { layer: node.layer, span: node.span };
      const x = operand(inputs, 0);
      const mask = builder.one('dropout_mask', [x, seed, step], { rate: node.attrs.rate, stream: streamOf(node.layer ?? `node${node.id}`) }, origin);
      return { results: [builder.one('multiply', [x, mask], {}, origin)], state: [] };
    },
  },
  pruning: { kind: 'channels', axes: (_attrs, inputs) => inputs.map(elementwiseLinks), constant: sameConstants },
  lowering: view((node, inputs, batch) => {
    const shape = operand(inputs, 0);
    return lowered([storeNest(nestName(node, 'dropout'), axesFor(shape, batch), load(input(0), everywhere(shape)))]);
  }),
  sample: (random) => ({ attrs: { rate: random() }, inputs: [activationShape(random)], batch: sampleBatch }),
  bound: 'monotone',
  tolerance: 0,
});
