// A tensor filled with one value.

import type { Op } from '../ir/op.ts';
import { zeros } from '../base/tensor.ts';
import { constant } from '../ir/nest.ts';
import { numberAttr, numbersAttr } from './support/attrs.ts';
import { axesFor, lowered, nestName, storeNest } from './support/nests.ts';
import { anyShape, sampleBatch } from './support/sampling.ts';
import { expectCount } from './support/shapes.ts';

export const constantOp: Op = {
  name: 'constant',
  doc: 'A tensor filled with one value.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'constant', 0);
    return [numbersAttr(attrs, 'shape')];
  },
  reference: (attrs) => {
    const filled = zeros(numbersAttr(attrs, 'shape'));
    filled.data.fill(numberAttr(attrs, 'value'));
    return [filled];
  },
  axes: () => [],
  slice: (attrs, kept) => ({ op: 'constant', attrs: { ...attrs, shape: numbersAttr(attrs, 'shape').map((extent, d) => kept.results[0]?.[d]?.length ?? extent) } }),
  lower: (node, _inputs, batch) => lowered([storeNest(nestName(node, 'constant'), axesFor(numbersAttr(node.attrs, 'shape'), batch), constant(numberAttr(node.attrs, 'value')))]),
  sample: (random) => ({ attrs: { value: random(), shape: [...anyShape(random)] }, inputs: [], batch: sampleBatch }),
  tolerance: 1,
};
