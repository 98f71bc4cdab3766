// Gradient of average pooling: each element of a window gets its gradient, divided as the window's sum was.

import type { Op } from '../../ir/op.ts';
import { oneOf, optional, pair } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import type { PoolGeometry } from '../support/pools.ts';
import type { Shape } from '../../base/tensor.ts';
import { zeros } from '../../base/tensor.ts';
import { constant, input, load, mul, result } from '../../ir/nest.ts';
import { divisors, inverseDivisor, windowDivisors } from '../support/average.ts';
import { activationAxes, lowered, nestName, storeNest } from '../support/nests.ts';
import { forEachTap, poolAttributes, poolGeometry, pooledFrom, pooledShape, samplePool, scatterAxes, tiles } from '../support/pools.ts';
import { choose } from '../support/sampling.ts';
import { expectCount, expectParameter, operand } from '../support/shapes.ts';

const attributes = { ...poolAttributes, divisor: optional(oneOf('padded', 'window')), extent: pair };
type Attributes = AttrsOf<typeof attributes>;

function geometryOf(attrs: Attributes, g: Shape): PoolGeometry {
  return poolGeometry(attrs, [g[0] ?? 0, g[1] ?? 0, ...attrs.extent], 'avg_pool_grad');
}

export const avgPoolGrad: Op = defineOp(attributes)({
  name: 'avg_pool_grad',
  doc: 'Gradient of avg_pool by its input.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'avg_pool_grad', 1);
    const geometry = geometryOf(attrs, operand(inputs, 0));
    expectParameter(operand(inputs, 0), pooledShape(geometry), 'the gradient of avg_pool');
    return [pooledFrom(geometry)];
  },
  reference: (attrs, inputs) => {
    const g = operand(inputs, 0).data;
    const geometry = geometryOf(attrs, operand(inputs, 0).shape);
    const out = zeros(pooledFrom(geometry));
    const by = windowDivisors(geometry, attrs.divisor ?? 'inside');
    forEachTap(geometry, (from, to) => {
      out.data[to] = (out.data[to] as number) + (g[from] as number) / (by[from % by.length] as number);
    });
    return [out];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const geometry = geometryOf(node.attrs, operand(inputs, 0));
    const { axes, from, to } = scatterAxes(geometry);
    const name = nestName(node, 'avg_pool', 'grad');
    const whole = tiles(geometry);
    return lowered([
      ...(whole ? [] : [storeNest(`${name}.clear`, activationAxes(pooledFrom(geometry)), constant(0))]),
      { name, axes, write: { tensor: result(0), index: to }, combine: 'sum', initial: whole ? 0 : 'keep', value: mul(load(input(0), from), inverseDivisor(geometry, node.attrs.divisor ?? 'inside', 4, 5)) },
    ]);
  }),
  sample: (random) => {
    const { attrs, batch, geometry } = samplePool(random);
    const divisor = choose(random, divisors);
    return { attrs: { ...attrs, ...(divisor !== 'inside' && { divisor }), extent: geometry.input }, inputs: [pooledShape(geometry)], batch };
  },
  tolerance: 4,
});
