// The numbers with the other sign.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { unary } from '../../ir/nest.ts';
import { differentiated } from '../support/parts.ts';
import { pointwise } from '../support/pointwise.ts';

export const negate: Op = defineOp({})({
  ...pointwise({ name: 'negate', doc: 'Each element with the other sign.', draw: () => ({}), operands: 1, value: (x) => -x, expr: (x) => unary('neg', x), tolerance: 1, epilogue: true }),
  syntax: { operands: ['input'], params: [], example: 'negate(conv1)' },
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('negate', [g], {}, { layer: node.layer })]),
  bound: 'monotone',
});
