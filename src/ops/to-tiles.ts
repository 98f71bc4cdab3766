// A weight as a matrix, padded with zeros to whole tiles: [filters, ...] -> [rows, columns]. Groups of tiles are then
// groups of its axes.

import { zeros } from '../base/tensor.ts';
import type { Nest } from '../ir/nest.ts';
import { defineOp } from '../ir/op.ts';
import type { Op } from '../ir/op.ts';
import { along, constant, index, input, load, result } from '../ir/nest.ts';
import { lowered, nestName, parallel, storeNest } from './support/nests.ts';
import { nests, opaque, undifferentiated } from './support/parts.ts';
import { sampleBatch } from './support/sampling.ts';
import { expectCount, operand } from './support/shapes.ts';
import { paddedPlaces, paddedShape, sampleTiles, tileAttributes, tiledMatrix, weightIndex } from './support/tiles.ts';

export const toTiles: Op = defineOp(tileAttributes)({
  name: 'to_tiles',
  doc: 'A weight as a matrix, padded with zeros to whole tiles.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'to_tiles', 1);
    return [paddedShape(tiledMatrix(attrs, operand(inputs, 0)))];
  },
  reference: (attrs, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const matrix = tiledMatrix(attrs, shape);
    const padded = zeros(paddedShape(matrix));
    for (const [at, place] of paddedPlaces(matrix).entries()) padded.data[place] = data[at] as number;
    return [padded];
  },
  training: undifferentiated,
  pruning: opaque,
  // What is there, what is missing to its right, and what is missing below both.
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const { parts, rows, paddedRows, columns, paddedColumns } = tiledMatrix(node.attrs, shape);
    const name = nestName(node, 'to_tiles', 'tiles');
    const row = index(0, [0, paddedRows], [1, 1]);
    const axes = [parallel('part', parts), parallel('row', rows), parallel('column', columns)];
    const copy = storeNest(name, axes, load(input(0), weightIndex(shape, index(0, [0, rows], [1, 1]), 2)), result(0), [row, along(2)]);
    const blank = (what: string, from: readonly [row: number, column: number], extent: readonly [rows: number, columns: number]): Nest[] => {
      if (extent.includes(0)) return [];
      const at = [index(from[0], [0, paddedRows], [1, 1]), index(from[1], [2, 1])];
      return [storeNest(`${name}.${what}`, [parallel('part', parts), parallel('row', extent[0]), parallel('column', extent[1])], constant(0), result(0), at)];
    };
    return lowered([copy, ...blank('right', [0, columns], [rows, paddedColumns - columns]), ...blank('below', [rows, 0], [paddedRows - rows, paddedColumns])]);
  }),
  sample: (random) => {
    const { shape, attrs } = sampleTiles(random);
    return { attrs, inputs: [shape], batch: sampleBatch };
  },
  tolerance: 0,
});
