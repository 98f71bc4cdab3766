// Hard swish (Howard et al. 2019, MobileNetV3): result = input * min(max(input + 3, 0), 6) / 6
//
// It falls to -3/8 at -1.5 and rises from there.

import { add, constant, mul, select } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';
import { hardSigmoidAt, hardSigmoidOf } from '../support/hard-sigmoid.ts';
import { turningBound } from '../support/turning-bound.ts';

const value = (x: number): number => x * hardSigmoidAt(x);

export const hardSwish: readonly Op[] = activation({})({
  name: 'hard_swish',
  doc: 'The input times its hard_sigmoid: 0 up to -3, the input from 3.',
  params: [],
  example: 'hard_swish(conv1)',
  value,
  expr: (x) => mul(x, hardSigmoidOf(x)),
  slope: {
    of: 'operand',
    value: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
    expr: (x) => select(x, 'le', constant(-3), constant(0), select(x, 'ge', constant(3), constant(1), add(mul(x, constant(1 / 3)), constant(0.5)))),
  },
  draw: () => ({}),
  tolerance: 4,
  bound: turningBound(value, { turns: [-3, -1.5] }),
});
