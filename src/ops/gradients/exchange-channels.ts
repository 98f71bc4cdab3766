// The weight of a convolution with filters and channels exchanged, group by group: that of its transpose.
//
//   [groups * a, b, rows, columns]      ->      [groups * b, a, rows, columns]

import { number } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { zeros } from '../../base/tensor.ts';
import { along, index, input, load, result } from '../../ir/nest.ts';
import { lowered, nestName, parallel, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, operand } from '../support/shapes.ts';

function exchanged(groups: number, [outer = 0, inner = 0, ...window]: Shape): Shape {
  return [groups * inner, outer / groups, ...window];
}

export const exchangeChannels: Op = defineOp({ groups: number })({
  name: 'exchange_channels',
  doc: 'The weight of a convolution with filters and channels exchanged.',
  infer: ({ groups }, inputs) => {
    expectCount(inputs, 'exchange_channels', 1);
    return [exchanged(groups, operand(inputs, 0))];
  },
  reference: ({ groups }, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const [outer = 0, inner = 0, rows = 0, columns = 0] = shape;
    const [own, places] = [outer / groups, rows * columns];
    const made = zeros(exchanged(groups, shape));
    for (const [at, value] of data.entries()) {
      const [o, c, place] = [Math.floor(at / (inner * places)), Math.floor(at / places) % inner, at % places];
      made.data[((Math.floor(o / own) * inner + c) * own + (o % own)) * places + place] = value;
    }
    return [made];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const { groups } = node.attrs;
    const [outer = 0, inner = 0, rows = 0, columns = 0] = operand(inputs, 0);
    const own = outer / groups;
    const [g, o, c, y, x] = [0, 1, 2, 3, 4] as const;
    const axes = [parallel('g', groups), parallel('o', own), parallel('c', inner), parallel('kh', rows), parallel('kw', columns)];
    const from = [index(0, [g, own], [o, 1]), along(c), along(y), along(x)];
    return lowered([storeNest(nestName(node, 'conv_transpose', 'exchanged'), axes, load(input(0), from), result(0), [index(0, [g, inner], [c, 1]), along(o), along(y), along(x)])]);
  }),
  sample: (random) => {
    const groups = between(random, 1, 3);
    return { attrs: { groups }, inputs: [[groups * between(random, 1, 3), between(random, 1, 3), between(random, 1, 3), between(random, 1, 3)]], batch: sampleBatch };
  },
  tolerance: 0,
});
