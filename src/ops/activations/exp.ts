// The exponential. In single precision it is infinite from 88.73 on, and 0 below -103.98.

import { unary } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';

export const exp: readonly Op[] = activation({})({
  name: 'exp',
  doc: 'The exponential of each element.',
  params: [],
  example: 'exp(fc1)',
  value: Math.exp,
  expr: (x) => unary('exp', x),
  slope: { of: 'result', value: (y) => y, expr: (y) => y },
  draw: () => ({}),
  domain: (random) => 6 * random() - 3,
  tolerance: 8,
  bound: 'monotone',
});
