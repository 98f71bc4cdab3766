// Mish (Misra 2019): result = input * tanh(softplus(input))
//
// It falls to about -0.31 at -1.19 and rises from there.

import { add, constant, mul } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';
import { logistic, logisticAt, tanhOfSoftplus, toTheLastDigits } from '../support/exponentials.ts';
import { turningBound } from '../support/turning-bound.ts';

const factor = (x: number): number => Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
const value = (x: number): number => x * factor(x);

export const mish: readonly Op[] = activation({})({
  name: 'mish',
  doc: 'The input times the hyperbolic tangent of its softplus.',
  params: [],
  example: 'mish(conv1)',
  value,
  expr: (x) => mul(x, tanhOfSoftplus(x).t),
  slope: {
    of: 'operand',
    value: (x) => factor(x) + x * logisticAt(x) * (1 - factor(x) ** 2),
    expr: (x) => {
      const { t, rest } = tanhOfSoftplus(x);
      return add(t, mul(mul(x, logistic(x)), mul(rest, add(constant(1), t))));
    },
    revision: () => toTheLastDigits,
  },
  draw: () => ({}),
  tolerance: 8,
  bound: turningBound(value, { turns: [-1.1924312145154952] }),
});
