// Leaky rectifier (Maas et al. 2013): result = max(input, slope * input)

import { binary, constant, mul, select } from '../../ir/nest.ts';
import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { activation } from '../support/activation.ts';

export const leakyRelu: readonly Op[] = activation({ slope: number })({
  name: 'leaky_relu',
  doc: 'Leaky rectifier: negative values become smaller.',
  params: [{ name: 'slope', doc: 'what negative values are multiplied by', type: 'ratio', default: 0.01 }],
  example: 'leaky_relu(conv1, slope = 0.1)',
  value: (x, { slope }) => Math.max(x, slope * x),
  expr: (x, { slope }) => binary('max', x, mul(constant(slope), x)),
  slope: {
    of: 'operand',
    value: (x, { slope }) => (x > 0 ? 1 : slope),
    expr: (x, { slope }) => select(x, 'gt', constant(0), constant(1), constant(slope)),
  },
  draw: (random) => ({ slope: random() }),
  tolerance: 2,
  bound: 'monotone',
});
