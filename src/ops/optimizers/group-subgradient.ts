// Subgradient of the group Lasso: strength * factor * w / sqrt(squares[group]), 0 where the group is zero.

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { constant, div, input, load, mul, result, select, unary } from '../../ir/nest.ts';
import { groupAttributes, groupAxes, groupOfElements, groupView, sampleGroups } from '../support/groups.ts';
import { lowered, nestName, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, mapTensor, operand } from '../support/shapes.ts';

export const groupSubgradient: Op = defineOp({ ...groupAttributes, factor: number })({
  name: 'group_subgradient',
  doc: 'Subgradient of the group Lasso penalty.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'group_subgradient', 3);
    expectParameter(operand(inputs, 1), [groupView(attrs, operand(inputs, 0)).groups], 'the squared norms');
    expectParameter(operand(inputs, 2), [], 'the strength');
    return [operand(inputs, 0)];
  },
  reference: (attrs, inputs) => {
    const [w, squares] = [operand(inputs, 0), operand(inputs, 1).data];
    const [strength = NaN] = operand(inputs, 2).data;
    const groups = groupOfElements(attrs, w.shape);
    return [
      mapTensor(w, (value, at) => {
        const square = squares[groups[at] as number] as number;
        return square > 0 ? (strength * attrs.factor * value) / Math.sqrt(square) : 0;
      }),
    ];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const { axes, element, group } = groupAxes(node.attrs, operand(inputs, 0), 'parallel');
    const square = load(input(1), [group]);
    const scaled = mul(mul(load(input(2), []), constant(node.attrs.factor)), load(input(0), element));
    return lowered([storeNest(nestName(node, 'group_subgradient', 'subgradient'), axes, select(square, 'gt', constant(0), div(scaled, unary('sqrt', square)), constant(0)), result(0), element)]);
  }),
  sample: (random) => {
    const { shape, attrs, groups } = sampleGroups(random);
    const squares = Array.from({ length: groups }, () => (random() < 0.2 ? 0 : random()));
    return { attrs: { ...attrs, factor: 1 + random() }, inputs: [shape, [groups], []], values: [undefined, squares, [random()]], batch: sampleBatch };
  },
  tolerance: 4,
});
