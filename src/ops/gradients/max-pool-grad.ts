// Gradient of max pooling: each window's gradient goes to the place that held its maximum.

import type { Op } from '../../ir/op.ts';
import { pair } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import type { PoolGeometry } from '../support/pools.ts';
import type { Shape } from '../../base/tensor.ts';
import { zeros } from '../../base/tensor.ts';
import { constant, input, load, result, select } from '../../ir/nest.ts';
import { activationAxes, lowered, nestName, storeNest } from '../support/nests.ts';
import { forEachTap, poolAttributes, poolGeometry, pooledFrom, pooledShape, samplePool, scatterAxes, tiles } from '../support/pools.ts';
import { between } from '../support/sampling.ts';
import { expectCount, expectParameter, operand } from '../support/shapes.ts';

const attributes = { ...poolAttributes, extent: pair };
type Attributes = AttrsOf<typeof attributes>;

function geometryOf(attrs: Attributes, g: Shape): PoolGeometry {
  return poolGeometry(attrs, [g[0] ?? 0, g[1] ?? 0, ...attrs.extent], 'max_pool_grad');
}

export const maxPoolGrad: Op = defineOp(attributes)({
  name: 'max_pool_grad',
  doc: 'Gradient of max_pool by its input.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'max_pool_grad', 2);
    const geometry = geometryOf(attrs, operand(inputs, 0));
    for (const shape of inputs) expectParameter(shape, pooledShape(geometry), 'the gradient of max_pool');
    return [pooledFrom(geometry)];
  },
  reference: (attrs, inputs) => {
    const g = operand(inputs, 0).data;
    const positions = operand(inputs, 1).data;
    const geometry = geometryOf(attrs, operand(inputs, 0).shape);
    const out = zeros(pooledFrom(geometry));
    forEachTap(geometry, (from, to, tap) => {
      if (positions[from] === tap) out.data[to] = (out.data[to] as number) + (g[from] as number);
    });
    return [out];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const geometry = geometryOf(node.attrs, operand(inputs, 0));
    const { axes, from, to, place } = scatterAxes(geometry);
    const name = nestName(node, 'max_pool', 'grad');
    const whole = tiles(geometry);
    return lowered([
      ...(whole ? [] : [storeNest(`${name}.clear`, activationAxes(pooledFrom(geometry)), constant(0))]),
      {
        name,
        axes,
        write: { tensor: result(0), index: to },
        combine: 'sum',
        initial: whole ? 0 : 'keep',
        value: select(load(input(1), from), 'eq', { kind: 'index', index: place }, load(input(0), from), constant(0)),
      },
    ]);
  }),
  sample: (random) => {
    const { attrs, batch, geometry } = samplePool(random);
    const shape = pooledShape(geometry);
    const places = geometry.window[0] * geometry.window[1];
    const positions = Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, () => between(random, 0, places - 1));
    return { attrs: { ...attrs, extent: geometry.input }, inputs: [shape, shape], values: [undefined, positions], batch };
  },
  tolerance: 2,
});
