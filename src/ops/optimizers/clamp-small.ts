// Sets small weights exactly zero: 0 where |w| < below, else w.

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { constant, select, unary } from '../../ir/nest.ts';
import { opaque } from '../support/parts.ts';
import { pointwise } from '../support/pointwise.ts';
import { anyShape } from '../support/sampling.ts';

export const clampSmall: Op = defineOp({ below: number })({
  ...pointwise({
    name: 'clamp_small',
    doc: 'Sets weights below a threshold to zero.',
    draw: (random) => ({ below: random() }),
    shape: anyShape,
    operands: 1,
    value: (w, _, attrs) => (Math.abs(w) < attrs.below ? 0 : w),
    expr: (w, _, attrs) => select(unary('abs', w), 'lt', constant(attrs.below), constant(0), w),
    tolerance: 0,
  }),
  pruning: opaque,
});
