// Softplus (Dugas et al. 2001): result = log(1 + exp(input)), a rectifier without a corner

import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';
import { logistic, logisticAt, softplusOf } from '../support/exponentials.ts';

export const softplus: readonly Op[] = activation({})({
  name: 'softplus',
  doc: 'log(1 + exp(x)): a rectifier without a corner.',
  params: [],
  example: 'softplus(conv1)',
  value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  expr: softplusOf,
  slope: { of: 'operand', value: logisticAt, expr: logistic },
  draw: () => ({}),
  tolerance: 8,
  bound: 'monotone',
});
