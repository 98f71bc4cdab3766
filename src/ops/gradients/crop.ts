// Gradient of pad: the image without its `padding`.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { along, index, input, load } from '../../ir/nest.ts';
import { activationAxes, lowered, nestName, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { sampleImage } from '../support/pools.ts';
import { between } from '../support/sampling.ts';
import { expectCount, operand } from '../support/shapes.ts';
import { cropped, sidesAttributes, withSides } from '../support/sides.ts';
import type { SidesAttrs } from '../support/sides.ts';
import { paddingSides } from '../support/window.ts';

export const crop: Op = defineOp(sidesAttributes)({
  name: 'crop',
  doc: 'An image without rows and columns of each side.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'crop', 1);
    return [withSides(operand(inputs, 0), attrs, -1, 'crop')];
  },
  reference: (attrs, inputs) => [cropped(operand(inputs, 0), withSides(operand(inputs, 0).shape, attrs, -1, 'crop'), attrs)],
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const [top, , left] = paddingSides(node.attrs.padding);
    const axes = activationAxes(withSides(operand(inputs, 0), node.attrs, -1, 'crop'));
    return lowered([storeNest(nestName(node, 'crop'), axes, load(input(0), [along(0), along(1), index(top, [2, 1]), index(left, [3, 1])]))]);
  }),
  sample: (random) => {
    const side = (): number => between(random, 0, 2);
    const attrs: SidesAttrs = { padding: [side(), side(), side(), side()] };
    const { inputs: [inner = []], batch } = sampleImage(random);
    return { attrs, inputs: [withSides(inner, attrs, 1, 'crop')], batch };
  },
  tolerance: 0,
});
