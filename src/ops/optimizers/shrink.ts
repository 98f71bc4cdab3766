// How much of each group the proximal map of the group Lasso leaves:
//
//   result[g] = max(0, 1 - rate * strength * factor / sqrt(squares[g])), 0 where squares[g] = 0
//
// factor is the group's weight: 1, or sqrt of its size.

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { along, binary, constant, div, input, load, mul, select, sub, unary } from '../../ir/nest.ts';
import { lowered, nestName, plainAxes, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, mapTensor, operand } from '../support/shapes.ts';

export const shrink: Op = defineOp({ factor: number })({
  name: 'shrink',
  doc: 'Factor by which the proximal map of the group Lasso shrinks each group.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'shrink', 3);
    expectParameter(operand(inputs, 1), [], 'the rate');
    expectParameter(operand(inputs, 2), [], 'the strength');
    return [operand(inputs, 0)];
  },
  reference: (attrs, inputs) => {
    const [rate = NaN] = operand(inputs, 1).data;
    const [strength = NaN] = operand(inputs, 2).data;
    const threshold = rate * strength * attrs.factor;
    return [mapTensor(operand(inputs, 0), (square) => (square > 0 ? Math.max(0, 1 - threshold / Math.sqrt(square)) : 0))];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const square = load(input(0), [along(0)]);
    const threshold = mul(mul(load(input(1), []), load(input(2), [])), constant(node.attrs.factor));
    const left = binary('max', constant(0), sub(constant(1), div(threshold, unary('sqrt', square))));
    return lowered([storeNest(nestName(node, 'shrink', 'shrink'), plainAxes(operand(inputs, 0)), select(square, 'gt', constant(0), left, constant(0)))]);
  }),
  sample: (random) => {
    const groups = between(random, 1, 9);
    const squares = Array.from({ length: groups }, () => (random() < 0.2 ? 0 : random()));
    return { attrs: { factor: 1 + random() }, inputs: [[groups], [], []], values: [squares, [random()], [random()]], batch: sampleBatch };
  },
  // 1 - t / sqrt(squares) cancels near the threshold: the error is relative to 1, not to the result.
  tolerance: 16,
});
