// Squared norm of each group: result[g] = sum over the elements of group g of u^2

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { input, load, mul, result } from '../../ir/nest.ts';
import { groupAttributes, groupAxes, groupOfElements, groupView, sampleGroups } from '../support/groups.ts';
import { lowered, nestName } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { sampleBatch } from '../support/sampling.ts';
import { expectCount, operand } from '../support/shapes.ts';

export const groupSquares: Op = defineOp(groupAttributes)({
  name: 'group_squares',
  doc: 'Squared norm of each group of a parameter.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'group_squares', 1);
    return [[groupView(attrs, operand(inputs, 0)).groups]];
  },
  reference: (attrs, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const squares = zeros([groupView(attrs, shape).groups]);
    const groups = groupOfElements(attrs, shape);
    for (const [at, value] of data.entries()) {
      const group = groups[at] as number;
      squares.data[group] = (squares.data[group] as number) + value * value;
    }
    return [squares];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const { axes, element, group } = groupAxes(node.attrs, operand(inputs, 0), 'reduce');
    const value = load(input(0), element);
    return lowered([{ name: nestName(node, 'group_squares', 'squares'), axes, write: { tensor: result(0), index: [group] }, combine: 'sum', initial: 0, value: mul(value, value) }]);
  }),
  sample: (random) => {
    const { shape, attrs } = sampleGroups(random);
    return { attrs, inputs: [shape], batch: sampleBatch };
  },
  tolerance: 4,
});
