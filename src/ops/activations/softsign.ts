// Softsign (Bergstra et al. 2009): result = input / (1 + |input|)

import { add, constant, div, mul, unary } from '../../ir/nest.ts';
import type { NestExpr } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';

const above = (x: NestExpr): NestExpr => add(constant(1), unary('abs', x));

export const softsign: readonly Op[] = activation({})({
  name: 'softsign',
  doc: 'x / (1 + |x|): from -1 to 1.',
  params: [],
  example: 'softsign(fc1)',
  value: (x) => x / (1 + Math.abs(x)),
  expr: (x) => div(x, above(x)),
  slope: {
    of: 'operand',
    value: (x) => 1 / (1 + Math.abs(x)) ** 2,
    expr: (x) => {
      const divisor = above(x);
      return unary('reciprocal', mul(divisor, divisor));
    },
  },
  draw: () => ({}),
  tolerance: 4,
  bound: 'monotone',
});
