// A dropout mask shaped like its first operand: 0 with probability `rate`, else 1 / (1 - rate). The draw of
// an element depends on seed, step, stream and its logical index alone, not on threads or layout.

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { hash32 } from '../../base/random.ts';
import { constant, input, load, select } from '../../ir/nest.ts';
import { axesFor, flatIndex, lowered, nestName, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { activationShape, between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, mapTensor, operand } from '../support/shapes.ts';

export const dropoutMask: Op = defineOp({ rate: number, stream: number })({
  name: 'dropout_mask',
  doc: 'Random mask of 0 and 1 / (1 - rate).',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'dropout_mask', 3);
    expectParameter(operand(inputs, 1), [], 'the seed');
    expectParameter(operand(inputs, 2), [], 'the step');
    return [operand(inputs, 0)];
  },
  reference: (attrs, inputs) => {
    const [seed = NaN] = operand(inputs, 1).data;
    const [step = NaN] = operand(inputs, 2).data;
    const { rate, stream } = attrs;
    return [mapTensor(operand(inputs, 0), (_, i) => ((hash32(seed, stream, step, i) >>> 8) / 2 ** 24 < rate ? 0 : 1 / (1 - rate)))];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs, batch) => {
    const shape = operand(inputs, 0);
    const { rate, stream } = node.attrs;
    const draw = { kind: 'random', seed: load(input(1), []), step: load(input(2), []), stream, index: flatIndex(shape) } as const;
    return lowered([storeNest(nestName(node, 'dropout', 'mask'), axesFor(shape, batch), select(draw, 'lt', constant(rate), constant(0), constant(1 / (1 - rate))))]);
  }),
  sample: (random) => ({
    // Rates in 24 bits, so that a draw compares with them alike in f32 and f64.
    attrs: { rate: between(random, 0, 2 ** 10 - 1) / 2 ** 10, stream: between(random, -(2 ** 31), 2 ** 31 - 1) },
    inputs: [activationShape(random), [], []],
    values: [undefined, [between(random, 0, 1000)], [between(random, 0, 1000)]],
    batch: sampleBatch,
  }),
  tolerance: 1,
});
