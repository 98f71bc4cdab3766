// Sum of two activations: the end of a shortcut.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { add as sum } from '../../ir/nest.ts';
import { binary } from '../support/binary.ts';

export const add: Op = defineOp({})(binary({
  name: 'add',
  doc: 'Sum of two activations.',
  example: 'add(conv2, shortcut)',
  operator: '+',
  value: (a, b) => a + b,
  expr: sum,
  gradients: ({ g }) => [() => g, () => g],
  epilogue: true,
  unit: 0,
  withConstant: (_given, values) => ({ op: 'scale', attrs: { shift: true }, parameters: [['factor', values.map(() => 1)], ['shift', values]] }),
  bound: 'monotone',
  tolerance: 1,
}));
