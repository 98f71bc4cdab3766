// The weight of a tiled matrix: what `to_tiles` made of a weight of `shape`, back.

import { zeros } from '../../base/tensor.ts';
import { numbers } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import type { Op } from '../../ir/op.ts';
import { input, load, result } from '../../ir/nest.ts';
import { lowered, nestName, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, operand } from '../support/shapes.ts';
import { rectangleAxes, sampleTiles, tileAttributes, tiledIndex, tiledMatrix, tiledPlaces, tiledShape, weightIndex } from '../support/tiles.ts';
import type { Rectangle } from '../support/tiles.ts';

export const fromTiles: Op = defineOp({ ...tileAttributes, shape: numbers })({
  name: 'from_tiles',
  doc: 'The weight whose matrix, cut into tiles, is given.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'from_tiles', 1);
    const shape = attrs.shape;
    expectParameter(operand(inputs, 0), tiledShape(tiledMatrix(attrs, shape)), 'the tiled matrix');
    return [shape];
  },
  reference: (attrs, inputs) => {
    const { data } = operand(inputs, 0);
    const weight = zeros(attrs.shape);
    for (const [at, place] of tiledPlaces(tiledMatrix(attrs, weight.shape)).entries()) weight.data[at] = data[place] as number;
    return [weight];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node) => {
    const { shape } = node.attrs;
    const matrix = tiledMatrix(node.attrs, shape);
    const whole: Rectangle = { from: [0, 0], extent: [matrix.rows, matrix.columns] };
    const value = load(input(0), tiledIndex(matrix, whole));
    return lowered([storeNest(nestName(node, 'from_tiles', 'tiles'), rectangleAxes(matrix.parts, whole), value, result(0), weightIndex(shape, matrix))]);
  }),
  sample: (random) => {
    const { shape, attrs } = sampleTiles(random);
    return { attrs: { ...attrs, shape }, inputs: [tiledShape(tiledMatrix(attrs, shape))], batch: sampleBatch };
  },
  tolerance: 0,
});
