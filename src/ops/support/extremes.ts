// The lesser and the greater of two activations. Where they are equal the gradient goes to the left.

import { largestF32 } from '../../base/number-text.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { binary as combine } from '../../ir/nest.ts';
import { binary } from './binary.ts';
import { cornersBound } from './corners-bound.ts';

export function extreme(name: 'minimum' | 'maximum', doc: string): Op {
  const kind = name === 'minimum' ? 'min' : 'max';
  const value = (a: number, b: number): number => Math[kind](a, b);
  return defineOp({})(binary({
    name,
    doc,
    example: `${name}(conv1, conv2)`,
    value,
    expr: (a, b) => combine(kind, a, b),
    gradients: ({ builder, g, left, right, origin }) => {
      // Positive where the right one is the result.
      const apart = builder.one('subtract', kind === 'min' ? [left, right] : [right, left], {}, origin);
      const ofRight = builder.one('relu_grad', [g, apart], {}, origin);
      return [() => builder.one('subtract', [g, ofRight], {}, origin), () => ofRight];
    },
    epilogue: true,
    // Of one number it holds values below, or above, it.
    withConstant: (_given, values) => {
      const [first = NaN] = values;
      if (values.some((v) => v !== first) || Math.abs(first) >= largestF32) return undefined;
      return { op: 'clip', attrs: kind === 'min' ? { low: -largestF32, high: first } : { low: first, high: largestF32 }, parameters: [] };
    },
    bound: cornersBound(name, value),
    tolerance: 1,
  }));
}
