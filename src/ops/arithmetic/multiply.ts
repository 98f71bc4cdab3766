// Product of two activations, element by element; or of images by one number a sample and channel, as a
// squeeze-and-excite block gates them (Hu et al. 2018):
//
//   result[n, c, y, x] = left[n, c, y, x] * right[n, c]         right of shape [N, C] or [N, C, 1, 1]

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import type { Value } from '../../ir/graph.ts';
import { sameShape } from '../../base/tensor.ts';
import { mul } from '../../ir/nest.ts';
import { binary } from '../support/binary.ts';
import { cornersBound } from '../support/corners-bound.ts';

const value = (a: number, b: number): number => a * b;

export const multiply: Op = defineOp({})(binary({
  name: 'multiply',
  doc: 'Product of two activations, or of images by one number a channel.',
  example: 'multiply(conv2, gate)',
  operator: '*',
  value,
  expr: mul,
  gradients: ({ builder, g, left, right, origin }) => {
    // The product is not stored where its sums are all that is wanted.
    const by = (own: Value, other: Value) => (): Value => {
      const [shape, whole] = [builder.shapeOf(own), builder.shapeOf(g)];
      const isSummed = !sameShape(shape, whole) && sameShape(builder.shapeOf(other), whole);
      return isSummed ? builder.one('place_sums', [g, other], { shape: shape.slice(1) }, origin) : builder.one('multiply', [g, other], {}, origin);
    };
    return [by(left, right), by(right, left)];
  },
  epilogue: false,
  unit: 1,
  withConstant: (_given, values) => ({ op: 'scale', attrs: { shift: false }, parameters: [['factor', values]] }),
  absorbing: true,
  bound: cornersBound('multiply', value),
  tolerance: 1,
}));
