// Multiplies each group by its factor: result = u * factors[group of the element]

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { input, load, mul, result } from '../../ir/nest.ts';
import { groupAttributes, groupAxes, groupOfElements, groupView, sampleGroups } from '../support/groups.ts';
import { lowered, nestName, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, mapTensor, operand } from '../support/shapes.ts';

export const scaleGroups: Op = defineOp(groupAttributes)({
  name: 'scale_groups',
  doc: 'A parameter with each group multiplied by its factor.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'scale_groups', 2);
    expectParameter(operand(inputs, 1), [groupView(attrs, operand(inputs, 0)).groups], 'the factors');
    return [operand(inputs, 0)];
  },
  reference: (attrs, inputs) => {
    const [u, factors] = [operand(inputs, 0), operand(inputs, 1).data];
    const groups = groupOfElements(attrs, u.shape);
    return [mapTensor(u, (value, at) => value * (factors[groups[at] as number] as number))];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const { axes, element, group } = groupAxes(node.attrs, operand(inputs, 0), 'parallel');
    return lowered([storeNest(nestName(node, 'scale_groups', 'scale'), axes, mul(load(input(0), element), load(input(1), [group])), result(0), element)]);
  }),
  sample: (random) => {
    const { shape, attrs, groups } = sampleGroups(random);
    return { attrs, inputs: [shape, [groups]], batch: sampleBatch };
  },
  tolerance: 1,
});
