// The gradient half of a proximal step, momentum acting on the iterates: u = w + momentum*m - rate*(g + decay*w),
// where m is the last difference of the iterates after the proximal map.

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { add, input, load } from '../../ir/nest.ts';
import { descent, descentExpr, inferDescent, sampleDescent } from '../support/descent.ts';
import { everywhere, lowered, nestName, plainAxes, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { operand } from '../support/shapes.ts';

export const gradientStep: Op = defineOp({ momentum: number, decay: number })({
  name: 'gradient_step',
  doc: 'Gradient descent with momentum on the iterates, before the proximal map.',
  infer: (_attrs, inputs) => [inferDescent(inputs, 'gradient_step')],
  reference: (attrs, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const moved = descent(attrs, inputs);
    return [{ shape, data: data.map((w, i) => w + (moved[i] as number)) }];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const at = everywhere(shape);
    return lowered([storeNest(nestName(node, 'gradient_step', 'step'), plainAxes(shape), add(load(input(0), at), descentExpr(node.attrs, at)))]);
  }),
  sample: sampleDescent,
  tolerance: 4,
});
