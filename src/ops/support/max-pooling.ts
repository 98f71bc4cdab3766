// The largest element of each window; places outside the input never win.

import { sizeOf } from '../../base/tensor.ts';
import type { Value } from '../../ir/graph.ts';
import type { Nest } from '../../ir/nest.ts';
import type { F64Tensor } from '../../ir/op.ts';
import type { GradientContext } from '../../ir/training-rules.ts';
import { input, load, result } from '../../ir/nest.ts';
import { forEachTap, poolNestAxes, pooledFromIndex, pooledIndex, pooledShape, reachesOutside } from './pools.ts';
import type { PoolAttrs, PoolGeometry } from './pools.ts';
import { operand } from './shapes.ts';

export function windowMaxima(geometry: PoolGeometry, image: Float64Array): F64Tensor {
  const shape = pooledShape(geometry);
  const data = new Float64Array(sizeOf(shape)).fill(-Infinity);
  forEachTap(geometry, (at, from) => {
    data[at] = Math.max(data[at] as number, image[from] as number);
  });
  return { shape, data };
}

export function maximaNest(name: string, geometry: PoolGeometry): Nest {
  const value = load(input(0), pooledFromIndex(geometry), reachesOutside(geometry) ? -Infinity : undefined);
  return { name, axes: poolNestAxes(geometry), write: { tensor: result(0), index: pooledIndex }, combine: 'max', initial: -Infinity, value };
}

/** Each window's gradient goes to the place of its first maximum. */
export function maximaGradient({ builder, node, resultGradients: [g] }: GradientContext, attrs: PoolAttrs): readonly (Value | undefined)[] {
  if (!g) return [];
  const image = operand(node.inputs, 0);
  const origin = { layer: node.layer };
  const positions = builder.one('max_pool_positions', [image, { node: node.id, result: 0 }], attrs, origin);
  return [builder.one('max_pool_grad', [g, positions], { ...attrs, extent: builder.shapeOf(image).slice(2) }, origin)];
}
