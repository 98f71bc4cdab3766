// Inputs to check a network on: drawn from a seed, values that f32 holds.

import { stream } from '../../base/random.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { F64Tensor } from '../../ir/op.ts';

/** Standard normal. @param shape `[samples, ...]` */
export function randomInput(seed: number, shape: Shape): F64Tensor {
  const draws = stream(seed, 'verification input');
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.fround(draws.normal(i))) };
}
