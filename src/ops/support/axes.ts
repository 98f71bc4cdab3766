// Axis links that many ops share.

import type { AxisLink, KeptAxes } from '../../ir/pruning-rules.ts';
import type { Shape } from '../../base/tensor.ts';

export const identityLink = (axis: number, result = 0): AxisLink => ({ kind: 'identity', result, axis });
export const allLink: AxisLink = { kind: 'all' };

/** Every axis of the input is the result's axis of the same number. */
export function elementwiseLinks(shape: Shape): readonly AxisLink[] {
  return shape.map((_, axis) => identityLink(axis));
}

export function keptAxis(kept: readonly KeptAxes[], tensor: number, axis: number): readonly number[] | undefined {
  return kept[tensor]?.[axis];
}
