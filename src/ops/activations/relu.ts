// Rectifier: result = max(0, input)

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { unary } from '../../ir/nest.ts';
import { differentiated } from '../support/parts.ts';
import { pointwise } from '../support/pointwise.ts';

export const relu: Op = defineOp({})({
  ...pointwise({
    name: 'relu',
    doc: 'Rectifier: negative values become zero.',
    draw: () => ({}),
    operands: 1,
    value: (a) => Math.max(0, a),
    expr: (a) => unary('relu', a),
    tolerance: 1,
    epilogue: true,
  }),
  syntax: { operands: ['input'], params: [], example: 'relu(fc1)' },
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('relu_grad', [g, { node: node.id, result: 0 }], {}, { layer: node.layer })]),
  bound: 'monotone',
});
