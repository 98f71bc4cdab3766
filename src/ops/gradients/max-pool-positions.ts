// Which place of each window holds its maximum: kh * columns of the window + kw, the first where several do.
// A window without an equal element (NaN) answers the number of places, so that its gradient goes nowhere.

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { sizeOf, zeros } from '../../base/tensor.ts';
import { constant, index, input, load, result, select } from '../../ir/nest.ts';
import { windowMaxima } from '../support/max-pooling.ts';
import { lowered, nestName } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { forEachTap, poolAttributes, poolGeometry, poolNestAxes, pooledFromIndex, pooledIndex, pooledShape, reachesOutside, samplePool } from '../support/pools.ts';
import { between } from '../support/sampling.ts';
import { expectCount, expectParameter, operand } from '../support/shapes.ts';

export const maxPoolPositions: Op = defineOp(poolAttributes)({
  name: 'max_pool_positions',
  doc: 'The place of the first maximum of each window.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'max_pool_positions', 2);
    const shape = pooledShape(poolGeometry(attrs, operand(inputs, 0), 'max_pool_positions'));
    expectParameter(operand(inputs, 1), shape, 'the result of max_pool');
    return [shape];
  },
  reference: (attrs, inputs) => {
    const image = operand(inputs, 0).data;
    const largest = operand(inputs, 1).data;
    const geometry = poolGeometry(attrs, operand(inputs, 0).shape, 'max_pool_positions');
    const out = zeros(pooledShape(geometry));
    out.data.fill(geometry.window[0] * geometry.window[1]);
    forEachTap(geometry, (at, from, tap) => {
      if (image[from] === largest[at]) out.data[at] = Math.min(out.data[at] as number, tap);
    });
    return [out];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const geometry = poolGeometry(node.attrs, operand(inputs, 0), 'max_pool_positions');
    const places = geometry.window[0] * geometry.window[1];
    const element = load(input(0), pooledFromIndex(geometry), reachesOutside(geometry) ? -Infinity : undefined);
    return lowered([
      {
        name: nestName(node, 'max_pool', 'positions'),
        axes: poolNestAxes(geometry),
        write: { tensor: result(0), index: pooledIndex },
        combine: 'min',
        initial: places,
        value: select(element, 'eq', load(input(1), pooledIndex), { kind: 'index', index: index(0, [4, geometry.window[1]], [5, 1]) }, constant(places)),
      },
    ]);
  }),
  sample: (random) => {
    const { attrs, inputs: [shape = []], batch, geometry } = samplePool(random);
    // Few distinct values, so that some windows hold their maximum twice.
    const image = Float64Array.from({ length: sizeOf(shape) }, () => between(random, -2, 1));
    return { attrs, inputs: [shape, pooledShape(geometry)], values: [[...image], [...windowMaxima(geometry, image).data]], batch };
  },
  tolerance: 0,
});
