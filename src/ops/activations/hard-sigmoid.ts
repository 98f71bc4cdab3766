// A sigmoid of straight lines (Howard et al. 2019, MobileNetV3): result = min(max(input + 3, 0), 6) / 6

import { constant, select } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { activation } from '../support/activation.ts';
import { hardSigmoidAt, hardSigmoidOf } from '../support/hard-sigmoid.ts';

export const hardSigmoid: readonly Op[] = activation({})({
  name: 'hard_sigmoid',
  doc: 'Sigmoid of straight lines: 0 up to -3, 1 from 3, 0.5 at 0.',
  params: [],
  example: 'hard_sigmoid(fc1)',
  value: hardSigmoidAt,
  expr: hardSigmoidOf,
  slope: {
    of: 'result',
    value: (y) => (y > 0 && y < 1 ? 1 / 6 : 0),
    expr: (y) => select(y, 'gt', constant(0), select(y, 'lt', constant(1), constant(1 / 6), constant(0)), constant(0)),
  },
  draw: () => ({}),
  tolerance: 4,
  bound: 'monotone',
});
