// The square root, of numbers from 0. At 0 its slope is infinite.

import { constant, div, unary } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';
import { turningBound } from '../support/turning-bound.ts';

export const sqrt: readonly Op[] = activation({})({
  name: 'sqrt',
  doc: 'The square root of each element.',
  params: [],
  example: 'sqrt(relu(conv1))',
  value: Math.sqrt,
  expr: (x) => unary('sqrt', x),
  slope: { of: 'result', value: (y) => 0.5 / y, expr: (y) => div(constant(0.5), y) },
  draw: () => ({}),
  domain: (random) => 0.25 + 4 * random(),
  tolerance: 2,
  // What is off by rounding below 0 was not meant to be.
  bound: turningBound(Math.sqrt, { least: 0 }),
});
