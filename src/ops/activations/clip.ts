// Values held between two bounds: result = min(max(input, low), high). Of 0 and 6 it is what is called relu6.

import { binary, constant, select } from '../../ir/nest.ts';
import { ShapeError } from '../../ir/op.ts';
import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { activation } from '../support/activation.ts';
import { between } from '../support/sampling.ts';

export const clip: readonly Op[] = activation({ low: number, high: number })({
  name: 'clip',
  doc: 'Values below low become low, values above high become high.',
  params: [
    { name: 'low', doc: 'the least value', type: 'number' },
    { name: 'high', doc: 'the greatest value', type: 'number' },
  ],
  example: 'clip(conv1, low = 0, high = 6)',
  value: (x, { low, high }) => Math.min(Math.max(x, low), high),
  expr: (x, { low, high }) => binary('min', binary('max', x, constant(low)), constant(high)),
  slope: {
    of: 'operand',
    value: (x, { low, high }) => (x > low && x < high ? 1 : 0),
    expr: (x, { low, high }) => select(x, 'gt', constant(low), select(x, 'lt', constant(high), constant(1), constant(0)), constant(0)),
  },
  check: ({ low, high }) => {
    if (!(low < high)) throw new ShapeError(`low must be below high, not ${low} and ${high}`, low > high ? `write low = ${high}, high = ${low}` : undefined);
  },
  draw: (random) => ({ low: between(random, -8, 2) / 10, high: between(random, 3, 12) / 10 }),
  tolerance: 1,
  bound: 'monotone',
});
