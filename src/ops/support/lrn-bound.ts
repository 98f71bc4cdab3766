// How far an lrn may be off. With x known up to e, sums of squares lie between those of |x| - e and of |x| + e; the
// result is monotone in x where D is held, and in D where x is held, so it is farthest off at a corner of both.

import { tensor } from '../../base/tensor.ts';
import type { Arithmetic, Bounded } from '../../ir/error-bound.ts';
import { denominators, lrnGeometry } from './lrn.ts';
import type { LrnAttributes } from './lrn.ts';
import { operand } from './shapes.ts';

export function lrnBound(attrs: LrnAttributes, operands: readonly Bounded[], unit: number, { epsilon, smallest }: Arithmetic): Bounded {
  const { value: x, error: off } = operand(operands, 0);
  const geometry = lrnGeometry(attrs, x.shape, 'lrn');
  const { terms, beta } = geometry;
  const d = denominators(geometry, x.data);
  const least = denominators(geometry, x.data.map((each, at) => Math.max(0, Math.abs(each) - (off.data[at] as number))));
  const most = denominators(geometry, x.data.map((each, at) => Math.abs(each) + (off.data[at] as number)));
  const y = x.data.map((each, at) => each / (d[at] as number) ** beta);
  const error = y.map((each, at) => {
    const [middle, reach] = [x.data[at] as number, off.data[at] as number];
    const corners = [middle - reach, middle + reach].flatMap((end) => [least, most].map((denominator) => end / (denominator[at] as number) ** beta));
    const carried = Math.max(...corners.map((corner) => Math.abs(corner - each)));
    // D itself is a rounded sum; a power by way of the logarithm takes over the rounding of that.
    const relative = unit * (1 + beta * (Math.sqrt(terms) + Math.abs(Math.log(d[at] as number))));
    return carried + relative * Math.abs(each) + (unit / epsilon) * smallest;
  });
  return { value: tensor(x.shape, y), error: tensor(x.shape, error) };
}
