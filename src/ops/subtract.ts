// Difference of two tensors.

import type { Op } from '../ir/op.ts';
import { sub } from '../ir/nest.ts';
import { pointwise } from './support/pointwise.ts';

export const subtract: Op = pointwise({
  name: 'subtract',
  doc: 'Difference of two tensors of one shape.',
  operands: 2,
  value: (a, b) => a - b,
  expr: (a, b) => sub(a, b),
  tolerance: 1,
});
