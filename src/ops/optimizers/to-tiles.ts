// A weight as a matrix, padded with zeros and cut into tiles: [filters, ...] -> [tiles down, rows of a tile, tiles across,
// columns of a tile]. Tiles are then numbered by its axes.

import { zeros } from '../../base/tensor.ts';
import type { Pair } from '../../ir/attributes.ts';
import type { Nest, NestExpr } from '../../ir/nest.ts';
import { defineOp } from '../../ir/op.ts';
import type { Op } from '../../ir/op.ts';
import { constant, input, load, result } from '../../ir/nest.ts';
import { lowered, nestName, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { sampleBatch } from '../support/sampling.ts';
import { expectCount, operand } from '../support/shapes.ts';
import { rectangleAxes, sampleTiles, tileAttributes, tiledIndex, tiledMatrix, tiledPlaces, tiledShape, weightIndex } from '../support/tiles.ts';
import type { Rectangle } from '../support/tiles.ts';

export const toTiles: Op = defineOp(tileAttributes)({
  name: 'to_tiles',
  doc: 'A weight as a matrix, padded with zeros and cut into tiles.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'to_tiles', 1);
    return [tiledShape(tiledMatrix(attrs, operand(inputs, 0)))];
  },
  reference: (attrs, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const matrix = tiledMatrix(attrs, shape);
    const tiled = zeros(tiledShape(matrix));
    for (const [at, place] of tiledPlaces(matrix).entries()) tiled.data[place] = data[at] as number;
    return [tiled];
  },
  training: undifferentiated,
  pruning: opaque,
  // What is there, what is missing to its right, and what is missing below both.
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const matrix = tiledMatrix(node.attrs, shape);
    const { parts, rows, columns, tile, tiles } = matrix;
    const missing: Pair = [tiles[0] * tile[0] - rows, tiles[1] * tile[1] - columns];
    const name = nestName(node, 'to_tiles', 'tiles');
    const store = (what: string, rectangle: Rectangle, value: NestExpr): Nest[] =>
      rectangle.extent.includes(0) ? [] : [storeNest(what, rectangleAxes(parts, rectangle), value, result(0), tiledIndex(matrix, rectangle))];
    return lowered([
      ...store(name, { from: [0, 0], extent: [rows, columns] }, load(input(0), weightIndex(shape, matrix))),
      ...store(`${name}.right`, { from: [0, columns], extent: [rows, missing[1]] }, constant(0)),
      ...store(`${name}.below`, { from: [rows, 0], extent: [missing[0], columns + missing[1]] }, constant(0)),
    ]);
  }),
  sample: (random) => {
    const { shape, attrs } = sampleTiles(random);
    return { attrs, inputs: [shape], batch: sampleBatch };
  },
  tolerance: 0,
});
