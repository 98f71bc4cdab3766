// Two operands of which one may be smaller: along an axis where it has one element and the other has more, that element
// stands for all. Flat features are channels of one place.
//
//   [N, C, H, W] and    [N, C, H, W], [N, C, 1, 1], [N, C], [N, 1, H, W], [N, 1]: one shape, one number a channel, one a
//                       channel too, one a place, one a sample

import type { Shape } from '../../base/tensor.ts';
import { formatShape, sameShape } from '../../base/tensor.ts';
import type { Index } from '../../ir/nest.ts';
import { index } from '../../ir/nest.ts';
import { ShapeError } from '../../ir/op.ts';
import type { F64Tensor } from '../../ir/op.ts';
import type { AxisLink, AxisLinks } from '../../ir/pruning-rules.ts';
import { stridesOf } from '../../base/tensor.ts';
import { elementwiseLinks, identityLink, allLink } from './axes.ts';
import { everywhere } from './nests.ts';
import { operand } from './shapes.ts';

/** Whether each element of `large` has one of `small` that it meets. */
export function fitsWithin(small: Shape, large: Shape): boolean {
  if (sameShape(small, large)) return true;
  if (large.length < 2 || (small.length !== large.length && small.length !== 2) || small[0] !== large[0]) return false;
  return small.every((extent, d) => extent === large[d] || (d > 0 && extent === 1));
}

/** The shape of the larger of two operands. @throws ShapeError */
export function broadcastShape(inputs: readonly Shape[], op: string): Shape {
  const [left, right] = [operand(inputs, 0), operand(inputs, 1)];
  if (fitsWithin(right, left)) return left;
  if (fitsWithin(left, right)) return right;
  throw new ShapeError(`${op} takes operands of one shape, not ${formatShape(left.slice(1))} and ${formatShape(right.slice(1))}`, 'one of them may also be one number, `[1]`, one a channel, `[channels, 1, 1]` or `[channels]`, or one a place, `[1, rows, columns]`');
}

/** Where an operand is read under axes of the larger one. */
export function broadcastIndex(small: Shape, large: Shape): readonly Index[] {
  const at = everywhere(large);
  return small.map((extent, d) => (extent === large[d] ? operand(at, d) : index(0)));
}

/** The position in an operand of each position in the larger one. */
export function broadcastPosition(small: Shape, large: Shape): (at: number) => number {
  if (sameShape(small, large)) return (at) => at;
  const [strides, own] = [stridesOf(large), stridesOf(small)];
  return (at) => small.reduce((sum, extent, d) => sum + (extent === 1 ? 0 : (Math.floor(at / operand(strides, d)) % operand(large, d)) * operand(own, d)), 0);
}

/** f of what meets. */
export function broadcastMap(left: F64Tensor, right: F64Tensor, op: string, f: (a: number, b: number, i: number, j: number) => number): F64Tensor {
  const shape = broadcastShape([left.shape, right.shape], op);
  const [i, j] = [broadcastPosition(left.shape, shape), broadcastPosition(right.shape, shape)];
  const larger = sameShape(left.shape, shape) ? left : right;
  return { shape, data: larger.data.map((_, at) => f(left.data[i(at)] as number, right.data[j(at)] as number, i(at), j(at))) };
}

/** How the axes of both meet the result's. A number that stands for all channels is no channel that could go. */
export function broadcastLinks(inputs: readonly Shape[], op: string): AxisLinks {
  const large = broadcastShape(inputs, op);
  return inputs.map((shape) => (sameShape(shape, large) ? elementwiseLinks(shape) : shape.map((extent, d): AxisLink => (d === 1 && extent !== large[d] ? allLink : identityLink(d)))));
}
