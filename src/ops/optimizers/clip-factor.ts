// What gradients are multiplied by so that their norm, all together, is at most `limit`:
//
//   result[0] = min(1, limit / sqrt(sum over inputs i and elements of squares[i]))
//
// Where the sum is no finite number of 32 bits the answer is 1: what is wrong then stays where it is, and is not carried
// to every parameter. The sums of single inputs are added in pairs, in an order that nothing changes.

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { largestF32 } from '../../base/number-text.ts';
import { tensor } from '../../base/tensor.ts';
import type { NestExpr } from '../../ir/nest.ts';
import { add, along, constant, div, input, load, select, temporary, unary } from '../../ir/nest.ts';
import { lowered, nestName, plainAxes, reduce, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectParameter } from '../support/shapes.ts';

export const clipFactor: Op = defineOp({ limit: number })({
  name: 'clip_factor',
  doc: 'Factor that brings the norm of all gradients down to a limit.',
  infer: (_attrs, inputs) => {
    for (const shape of inputs) expectParameter(shape, [shape[0] ?? 0], 'squares');
    return [[1]];
  },
  reference: ({ limit }, inputs) => {
    const total = inputs.reduce((sum, { data }) => data.reduce((of, square) => of + square, sum), 0);
    const clipped = Math.sqrt(total) > limit && total <= largestF32;
    return [tensor([1], Float64Array.of(clipped ? limit / Math.sqrt(total) : 1))];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const name = nestName(node, 'clip_factor');
    const { limit } = node.attrs;
    const sums = inputs.map(([extent = 0], i) => ({
      name: `${name}.squares${i}`,
      axes: [reduce('g', extent)],
      write: { tensor: temporary(i), index: [] },
      combine: 'sum' as const,
      initial: 0,
      value: load(input(i), [along(0)]),
    }));
    const total = sumInPairs(inputs.map((_, i) => load(temporary(i), [])));
    const norm = unary('sqrt', total);
    const factor = select(norm, 'gt', constant(limit), select(total, 'le', constant(largestF32), div(constant(limit), norm), constant(1)), constant(1));
    return lowered([...sums, storeNest(name, plainAxes([1]), factor)], inputs.map(() => []));
  }),
  sample: (random) => {
    const inputs = Array.from({ length: between(random, 1, 5) }, () => [between(random, 1, 9)]);
    const values = inputs.map(([extent]) => Array.from({ length: extent ?? 0 }, () => random()));
    return { attrs: { limit: 0.5 + 3 * random() }, inputs, values, batch: sampleBatch };
  },
  tolerance: 8,
});

/** As a balanced tree: hundreds of parameters are no deep expression, and little of a sum is lost. */
function sumInPairs(terms: readonly NestExpr[]): NestExpr {
  const [only = constant(0), ...others] = terms;
  if (others.length === 0) return only;
  const half = Math.ceil(terms.length / 2);
  return add(sumInPairs(terms.slice(0, half)), sumInPairs(terms.slice(half)));
}
