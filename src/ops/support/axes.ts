// Axis links and slices that many ops share.

import type { Attrs } from '../../ir/graph.ts';
import type { AxisLink, KeptAxes, Op } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';

export const identityLink = (axis: number, result = 0): AxisLink => ({ kind: 'identity', result, axis });
export const allLink: AxisLink = { kind: 'all' };

/** Every axis of the input is the result's axis of the same number. */
export function elementwiseLinks(shape: Shape): readonly AxisLink[] {
  return shape.map((_, axis) => identityLink(axis));
}

/** Every result element may depend on every element of every input. */
export function opaqueAxes(_attrs: Attrs, inputs: readonly Shape[]): readonly (readonly AxisLink[])[] {
  return inputs.map((shape) => shape.map(() => allLink));
}

/** For ops whose attributes do not mention the sizes that slicing changes. */
export function sliceUnchanged(op: string): NonNullable<Op['slice']> {
  return (attrs) => ({ op, attrs });
}

export function keptAxis(kept: readonly KeptAxes[], tensor: number, axis: number): readonly number[] | undefined {
  return kept[tensor]?.[axis];
}
