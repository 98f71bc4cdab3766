// Swish (Ramachandran et al. 2017): result = input * sigmoid(beta * input). With beta = 1 it is also called SiLU.
//
// It falls to about -0.28 / beta at -1.28 / beta and rises from there.

import { add, constant, mul } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { activation } from '../support/activation.ts';
import { logistic, logisticAndRest, logisticAt, toTheLastDigits } from '../support/exponentials.ts';
import { between } from '../support/sampling.ts';
import { turningBound } from '../support/turning-bound.ts';

const turn = -1.278464542761074;

const value = (x: number, beta: number): number => x * logisticAt(beta * x);

export const swish: readonly Op[] = activation({ beta: number })({
  name: 'swish',
  doc: 'The input times its sigmoid.',
  params: [{ name: 'beta', doc: 'what the input is multiplied by within the sigmoid', type: 'positive', default: 1 }],
  example: 'swish(conv1)',
  value: (x, { beta }) => value(x, beta),
  expr: (x, { beta }) => mul(x, logistic(mul(constant(beta), x))),
  slope: {
    of: 'operand',
    value: (x, { beta }) => {
      const s = logisticAt(beta * x);
      return s * (1 + beta * x * (1 - s));
    },
    expr: (x, { beta }) => {
      const { s, rest } = logisticAndRest(mul(constant(beta), x));
      return mul(s, add(constant(1), mul(mul(constant(beta), x), rest)));
    },
    revision: () => toTheLastDigits,
  },
  draw: (random) => ({ beta: random() < 0.5 ? 1 : between(random, 5, 20) / 10 }),
  tolerance: 8,
  // The product with beta is rounded before its exponential is taken.
  bound: (attrs, ...given) => turningBound((x) => value(x, attrs.beta), { turns: [turn / attrs.beta], rounding: (x) => 1 + Math.abs(attrs.beta * x) })(attrs, ...given),
});
