// Sum of two activations: the end of a shortcut.

import type { Op } from '../ir/op.ts';
import { add as sum } from '../ir/nest.ts';
import { pointwise } from './support/pointwise.ts';

export const add: Op = {
  ...pointwise({
    name: 'add',
    doc: 'Sum of two activations of one shape.',
    operands: 2,
    value: (a, b) => a + b,
    expr: (a, b) => sum(a, b),
    tolerance: 1,
  }),
  syntax: { operands: ['left', 'right'], params: [], example: 'add(conv2, shortcut)' },
  gradient: ({ resultGradients: [g] }) => [g, g],
  constant: (_attrs, [left, right], _known, [shape]) => Float64Array.from({ length: shape?.[1] ?? 0 }, (_, c) => (left?.[c] ?? NaN) + (right?.[c] ?? NaN)),
  bound: 'monotone',
};
