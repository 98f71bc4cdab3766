// Difference of two tensors.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { sub } from '../../ir/nest.ts';
import { binary } from '../support/binary.ts';
import { cornersBound } from '../support/corners-bound.ts';

const value = (a: number, b: number): number => a - b;

export const subtract: Op = defineOp({})(binary({
  name: 'subtract',
  doc: 'Difference of two activations.',
  example: 'subtract(conv1, conv2)',
  operator: '-',
  value,
  expr: sub,
  gradients: ({ builder, g, origin }) => [() => g, () => builder.one('negate', [g], {}, origin)],
  epilogue: false,
  withConstant: (given, values) => ({
    op: 'scale',
    attrs: { shift: true },
    parameters: given === 1 ? [['factor', values.map(() => 1)], ['shift', values.map((v) => -v)]] : [['factor', values.map(() => -1)], ['shift', values]],
  }),
  bound: cornersBound('subtract', value),
  tolerance: 1,
}));
