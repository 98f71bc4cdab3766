// The weight of a padded matrix: what `to_tiles` made of a weight of `shape`, back.

import { zeros } from '../base/tensor.ts';
import { numbers } from '../ir/attributes.ts';
import { defineOp } from '../ir/op.ts';
import type { Op } from '../ir/op.ts';
import { along, index, input, load, result } from '../ir/nest.ts';
import { lowered, nestName, parallel, storeNest } from './support/nests.ts';
import { nests, opaque, undifferentiated } from './support/parts.ts';
import { sampleBatch } from './support/sampling.ts';
import { expectCount, expectParameter, operand } from './support/shapes.ts';
import { paddedPlaces, paddedShape, sampleTiles, tileAttributes, tiledMatrix, weightIndex } from './support/tiles.ts';

export const fromTiles: Op = defineOp({ ...tileAttributes, shape: numbers })({
  name: 'from_tiles',
  doc: 'The weight whose matrix, padded to whole tiles, is given.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'from_tiles', 1);
    const shape = attrs.shape;
    expectParameter(operand(inputs, 0), paddedShape(tiledMatrix(attrs, shape)), 'the matrix');
    return [shape];
  },
  reference: (attrs, inputs) => {
    const { data } = operand(inputs, 0);
    const weight = zeros(attrs.shape);
    for (const [at, place] of paddedPlaces(tiledMatrix(attrs, weight.shape)).entries()) weight.data[at] = data[place] as number;
    return [weight];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node) => {
    const shape = node.attrs.shape;
    const { parts, rows, paddedRows, columns } = tiledMatrix(node.attrs, shape);
    const axes = [parallel('part', parts), parallel('row', rows), parallel('column', columns)];
    const value = load(input(0), [index(0, [0, paddedRows], [1, 1]), along(2)]);
    return lowered([storeNest(nestName(node, 'from_tiles', 'tiles'), axes, value, result(0), weightIndex(shape, index(0, [0, rows], [1, 1]), 2))]);
  }),
  sample: (random) => {
    const { shape, attrs } = sampleTiles(random);
    return { attrs: { ...attrs, shape }, inputs: [paddedShape(tiledMatrix(attrs, shape))], batch: sampleBatch };
  },
  tolerance: 0,
});
