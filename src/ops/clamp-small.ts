// Sets small weights exactly zero: 0 where |w| < below, else w.

import type { Op } from '../ir/op.ts';
import { constant, select, unary } from '../ir/nest.ts';
import { numberAttr } from './support/attrs.ts';
import { opaque } from './support/parts.ts';
import { pointwise } from './support/pointwise.ts';
import { anyShape, sampleBatch } from './support/sampling.ts';

export const clampSmall: Op = {
  ...pointwise({
    name: 'clamp_small',
    doc: 'Sets weights below a threshold to zero.',
    operands: 1,
    value: (w, _, attrs) => (Math.abs(w) < numberAttr(attrs, 'below') ? 0 : w),
    expr: (w, _, attrs) => select(unary('abs', w), 'lt', constant(numberAttr(attrs, 'below')), constant(0), w),
    tolerance: 0,
  }),
  pruning: opaque,
  sample: (random) => ({ attrs: { below: random() }, inputs: [anyShape(random)], batch: sampleBatch }),
};
