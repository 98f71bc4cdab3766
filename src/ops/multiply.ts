// Product of two tensors, element by element: a mask applied.

import type { Op } from '../ir/op.ts';
import { defineOp } from '../ir/op.ts';
import { mul } from '../ir/nest.ts';
import { differentiated } from './support/parts.ts';
import { pointwise } from './support/pointwise.ts';
import { operand } from './support/shapes.ts';

export const multiply: Op = defineOp({})({
  ...pointwise({
    name: 'multiply',
    doc: 'Product of two tensors of one shape, element by element.',
    draw: () => ({}),
    operands: 2,
    value: (a, b) => a * b,
    expr: (a, b) => mul(a, b),
    tolerance: 1,
  }),
  training: differentiated(({ builder, node, resultGradients: [g], wanted }) => {
    if (!g) return [];
    const [a, b] = [operand(node.inputs, 0), operand(node.inputs, 1)];
    const by = (i: number, factor: typeof a): typeof a | undefined => (wanted(i) ? builder.one('multiply', [g, factor], {}, { layer: node.layer }) : undefined);
    return [by(0, b), by(1, a)];
  }),
});
