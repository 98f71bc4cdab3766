// Logistic function: result = 1 / (1 + exp(-input))

import { constant, mul, sub } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';
import { logistic, logisticAt } from '../support/exponentials.ts';

export const sigmoid: readonly Op[] = activation({})({
  name: 'sigmoid',
  doc: 'Logistic function: from 0 to 1, 0.5 at 0.',
  params: [],
  example: 'sigmoid(fc1)',
  value: logisticAt,
  expr: logistic,
  slope: { of: 'result', value: (y) => y * (1 - y), expr: (y) => mul(y, sub(constant(1), y)) },
  draw: () => ({}),
  tolerance: 8,
  bound: 'monotone',
});
