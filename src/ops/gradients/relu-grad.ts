// Gradient of the rectifier from its result: g where the result is positive, else 0.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { constant, select } from '../../ir/nest.ts';
import { pointwise } from '../support/pointwise.ts';

export const reluGrad: Op = defineOp({})(pointwise({
  name: 'relu_grad',
  doc: 'Gradient of relu from its result.',
  draw: () => ({}),
  operands: 2,
  value: (g, y) => (y > 0 ? g : 0),
  expr: (g, y) => select(y, 'gt', constant(0), g, constant(0)),
  tolerance: 1,
}));
