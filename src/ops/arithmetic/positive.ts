// Which factors leave anything of their group: 1 where x > 0, else 0.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { constant, select } from '../../ir/nest.ts';
import { opaque } from '../support/parts.ts';
import { pointwise } from '../support/pointwise.ts';
import { anyShape } from '../support/sampling.ts';

export const positive: Op = defineOp({})({
  ...pointwise({
    name: 'positive',
    doc: '1 where a factor is above 0, else 0.',
    draw: () => ({}),
    shape: anyShape,
    operands: 1,
    value: (x) => (x > 0 ? 1 : 0),
    expr: (x) => select(x, 'gt', constant(0), constant(1), constant(0)),
    tolerance: 0,
  }),
  pruning: opaque,
});
