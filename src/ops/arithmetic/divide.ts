// Quotient of two activations. By 0 it is infinite, or none.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { div } from '../../ir/nest.ts';
import { binary } from '../support/binary.ts';
import { cornersBound } from '../support/corners-bound.ts';

const value = (a: number, b: number): number => a / b;

export const divide: Op = defineOp({})(binary({
  name: 'divide',
  doc: 'Quotient of two activations.',
  example: 'divide(conv1, softplus(conv2))',
  operator: '/',
  value,
  expr: div,
  domain: (random) => 0.5 + random(),
  gradients: ({ builder, node, g, right, origin }) => [
    () => builder.one('divide', [g, right], {}, origin),
    // d(a / b) / db = -(a / b) / b
    () => builder.one('negate', [builder.one('divide', [builder.one('multiply', [g, { node: node.id, result: 0 }], {}, origin), right], {}, origin)], {}, origin),
  ],
  epilogue: true,
  withConstant: (given, values) => (given === 1 && values.every((v) => v !== 0) ? { op: 'scale', attrs: { shift: false }, parameters: [['factor', values.map((v) => 1 / v)]] } : undefined),
  bound: cornersBound('divide', value, true),
  tolerance: 2,
}));
