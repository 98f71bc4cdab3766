// The absolute value. Its slope at 0 is taken to be 0.

import { constant, select, unary } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';
import { turningBound } from '../support/turning-bound.ts';

export const abs: readonly Op[] = activation({})({
  name: 'abs',
  doc: 'The absolute value of each element.',
  params: [],
  example: 'abs(conv1)',
  value: Math.abs,
  expr: (x) => unary('abs', x),
  slope: {
    of: 'operand',
    value: Math.sign,
    expr: (x) => select(x, 'gt', constant(0), constant(1), select(x, 'lt', constant(0), constant(-1), constant(0))),
  },
  draw: () => ({}),
  tolerance: 1,
  bound: turningBound(Math.abs, { turns: [0] }),
});
