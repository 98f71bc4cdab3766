// Some channels in a row of an activation.

import type { Shape } from '../../base/tensor.ts';
import type { Index } from '../../ir/nest.ts';
import { along, index } from '../../ir/nest.ts';

/** Indices of an activation under the axes of one with fewer channels, which are those from `from` on. */
export function channelsFrom(shape: Shape, from: number): readonly Index[] {
  return shape.map((_, d) => (d === 1 ? index(from, [1, 1]) : along(d)));
}
