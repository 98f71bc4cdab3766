// The natural logarithm, of positive numbers.

import { unary } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';
import { turningBound } from '../support/turning-bound.ts';

export const log: readonly Op[] = activation({})({
  name: 'log',
  doc: 'The natural logarithm of each element.',
  params: [],
  example: 'log(softplus(fc1))',
  value: Math.log,
  expr: (x) => unary('log', x),
  slope: { of: 'operand', value: (x) => 1 / x, expr: (x) => unary('reciprocal', x) },
  draw: () => ({}),
  domain: (random) => 0.25 + 4 * random(),
  tolerance: 8,
  bound: turningBound(Math.log, { least: 0 }),
});
