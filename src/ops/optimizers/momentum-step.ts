// A step of gradient descent with momentum and weight decay:
//
//   m' = momentum * m - rate * (g + decay * w)
//   w' = w + m'

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { add, input, load, result } from '../../ir/nest.ts';
import { descent, descentExpr, inferDescent, sampleDescent } from '../support/descent.ts';
import { everywhere, lowered, nestName, plainAxes, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { operand } from '../support/shapes.ts';

export const momentumStep: Op = defineOp({ momentum: number, decay: number })({
  name: 'momentum_step',
  doc: 'Gradient descent with momentum: new weights and new momentum.',
  infer: (_attrs, inputs) => {
    const shape = inferDescent(inputs, 'momentum_step');
    return [shape, shape];
  },
  reference: (attrs, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const moved = descent(attrs, inputs);
    return [
      { shape, data: data.map((w, i) => w + (moved[i] as number)) },
      { shape, data: moved },
    ];
  },
  training: undifferentiated,
  pruning: opaque,
  // The momentum first: where results lie in their operands' memory, w is still the old one then.
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const at = everywhere(shape);
    const name = nestName(node, 'momentum_step', 'step');
    return lowered([
      storeNest(`${name}.momentum`, plainAxes(shape), descentExpr(node.attrs, at), result(1)),
      storeNest(name, plainAxes(shape), add(load(input(0), at), load(result(1), at)), result(0)),
    ]);
  }),
  sample: sampleDescent,
  tolerance: 4,
});
