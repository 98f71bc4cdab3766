// Exponential linear unit (Clevert et al. 2015): result = input where it is positive, else alpha * (exp(input) - 1)

import { add, constant, mul, select } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { activation } from '../support/activation.ts';
import { expMinusOne } from '../support/exponentials.ts';

export const elu: readonly Op[] = activation({ alpha: number })({
  name: 'elu',
  doc: 'Exponential linear unit: negative values tend to -alpha.',
  params: [{ name: 'alpha', doc: 'how far below 0 it goes', type: 'positive', default: 1 }],
  example: 'elu(conv1)',
  value: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  expr: (x, { alpha }) => select(x, 'gt', constant(0), x, mul(constant(alpha), expMinusOne(x))),
  slope: {
    of: 'result',
    value: (y, { alpha }) => (y > 0 ? 1 : y + alpha),
    expr: (y, { alpha }) => select(y, 'gt', constant(0), constant(1), add(y, constant(alpha))),
  },
  draw: (random) => ({ alpha: 0.25 + random() }),
  tolerance: 8,
  bound: 'monotone',
});
