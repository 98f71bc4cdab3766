// Scaled exponential linear unit (Klambauer et al. 2017): gamma times elu. With the usual alpha and gamma, layers whose
// weights are drawn to fit keep mean 0 and variance 1.

import { add, constant, mul, select } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { activation } from '../support/activation.ts';
import { expMinusOne } from '../support/exponentials.ts';

export const selu: readonly Op[] = activation({ alpha: number, gamma: number })({
  name: 'selu',
  doc: 'Scaled exponential linear unit: a multiple of elu that keeps mean 0 and variance 1.',
  params: [
    { name: 'alpha', doc: 'how far below 0 it goes, before it is multiplied', type: 'positive', default: 1.6732632423543772 },
    { name: 'gamma', doc: 'what it is multiplied by', type: 'positive', default: 1.0507009873554805 },
  ],
  example: 'selu(fc1)',
  value: (x, { alpha, gamma }) => gamma * (x > 0 ? x : alpha * Math.expm1(x)),
  expr: (x, { alpha, gamma }) => select(x, 'gt', constant(0), mul(constant(gamma), x), mul(constant(gamma * alpha), expMinusOne(x))),
  slope: {
    of: 'result',
    value: (y, { alpha, gamma }) => (y > 0 ? gamma : y + gamma * alpha),
    expr: (y, { alpha, gamma }) => select(y, 'gt', constant(0), constant(gamma), add(y, constant(gamma * alpha))),
  },
  draw: (random) => ({ alpha: 0.25 + random(), gamma: 0.5 + random() }),
  tolerance: 8,
  bound: 'monotone',
});
