// Rectifier: result = max(0, input)

import type { Op } from '../ir/op.ts';
import { unary } from '../ir/nest.ts';
import { pointwise } from './support/pointwise.ts';

export const relu: Op = {
  ...pointwise({
    name: 'relu',
    doc: 'Rectifier: negative values become zero.',
    operands: 1,
    value: (a) => Math.max(0, a),
    expr: (a) => unary('relu', a),
    tolerance: 1,
  }),
  syntax: { operands: ['input'], params: [], example: 'relu(fc1)' },
  gradient: ({ builder, node, resultGradients: [g] }) => [g && builder.one('relu_grad', [g, { node: node.id, result: 0 }], {}, { layer: node.layer })],
  constant: (_attrs, [values], _known, [shape]) => (values ?? new Float64Array(shape?.[1] ?? 0).fill(NaN)).map((value) => Math.max(0, value)),
  bound: 'monotone',
  epilogue: true,
};
