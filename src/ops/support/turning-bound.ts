// How far an elementwise function may be off that rises and falls: between its turning points it does one of the two,
// so over an interval it is largest and smallest at an end or where it turns.

import { tensor } from '../../base/tensor.ts';
import type { ErrorRule } from '../../ir/error-bound.ts';
import { operand } from './shapes.ts';

export interface Turning {
  /** Where the function changes from rising to falling or back, ends of a level stretch included. */
  readonly turns?: readonly number[];
  /** Where it begins: operands are not below, for all that they may be off. Absent: it has values everywhere. */
  readonly least?: number;
  /** How many times more rounding takes the result off than by `unit`, at an operand. */
  readonly rounding?: (x: number) => number;
}

export function turningBound(value: (x: number) => number, { turns = [], least = -Infinity, rounding = () => 1 }: Turning): ErrorRule {
  return (_attrs, operands, unit, { epsilon, smallest }) => {
    const x = operand(operands, 0);
    const y = x.value.data.map(value);
    const error = y.map((at, i) => {
      const [middle, reach] = [x.value.data[i] as number, x.error.data[i] as number];
      const ends = [Math.max(least, middle - reach), middle + reach, ...turns.filter((turn) => Math.abs(turn - middle) < reach)];
      const carried = Math.max(...ends.map((end) => Math.abs(value(end) - at)));
      return carried + unit * rounding(middle) * Math.abs(at) + (unit / epsilon) * smallest * (1 + Math.abs(middle));
    });
    return { value: tensor(x.value.shape, y), error: tensor(x.value.shape, error) };
  };
}
