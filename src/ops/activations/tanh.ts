// Hyperbolic tangent.

import { constant, mul, sub } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';
import { tanhOf } from '../support/exponentials.ts';

export const tanh: readonly Op[] = activation({})({
  name: 'tanh',
  doc: 'Hyperbolic tangent: from -1 to 1.',
  params: [],
  example: 'tanh(fc1)',
  value: Math.tanh,
  expr: tanhOf,
  slope: { of: 'result', value: (y) => 1 - y * y, expr: (y) => sub(constant(1), mul(y, y)) },
  draw: () => ({}),
  tolerance: 8,
  bound: 'monotone',
});
