// Difference of two tensors.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { sub } from '../../ir/nest.ts';
import { pointwise } from '../support/pointwise.ts';

export const subtract: Op = defineOp({})(pointwise({
  name: 'subtract',
  doc: 'Difference of two tensors of one shape.',
  draw: () => ({}),
  operands: 2,
  value: (a, b) => a - b,
  expr: (a, b) => sub(a, b),
  tolerance: 1,
}));
