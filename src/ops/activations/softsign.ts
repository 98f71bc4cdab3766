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
    // The square of the sum, written out: where it is least, and the slope steepest, it is rounded once.
    expr: (x) => {
      const size = unary('abs', x);
      return unary('reciprocal', add(constant(1), mul(size, add(constant(2), size))));
    },
  },
  draw: () => ({}),
  tolerance: 4,
  bound: 'monotone',
});
