// Sum of two activations: the end of a shortcut.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { add as sum } from '../../ir/nest.ts';
import { differentiated } from '../support/parts.ts';
import { pointwise } from '../support/pointwise.ts';

export const add: Op = defineOp({})({
  ...pointwise({
    name: 'add',
    doc: 'Sum of two activations of one shape.',
    draw: () => ({}),
    operands: 2,
    value: (a, b) => a + b,
    expr: (a, b) => sum(a, b),
    tolerance: 1,
    epilogue: true,
    unit: 0,
    withConstant: (_given, values) => ({ op: 'scale', attrs: { shift: true }, parameters: [['factor', values.map(() => 1)], ['shift', values]] }),
  }),
  syntax: { operands: ['left', 'right'], params: [], example: 'add(conv2, shortcut)', operator: '+' },
  training: differentiated(({ resultGradients: [g] }) => [g, g]),
  bound: 'monotone',
});
