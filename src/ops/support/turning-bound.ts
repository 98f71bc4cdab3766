// How far an elementwise function may be off that rises and falls: between its turning points it does one of the two,
// so over an interval it is largest and smallest at an end or where it turns.

import { tensor } from '../../base/tensor.ts';
import type { ErrorBound } from '../../ir/error-bound.ts';
import { operand } from './shapes.ts';

/** @param turns Where `value` changes from rising to falling or back, ends of a level stretch included. */
export function turningBound(value: (x: number) => number, turns: readonly number[]): ErrorBound {
  return (_attrs, operands, unit, { epsilon, smallest }) => {
    const x = operand(operands, 0);
    const y = x.value.data.map(value);
    const error = y.map((at, i) => {
      const [middle, reach] = [x.value.data[i] as number, x.error.data[i] as number];
      const ends = [middle - reach, middle + reach, ...turns.filter((turn) => Math.abs(turn - middle) < reach)];
      const carried = Math.max(...ends.map((end) => Math.abs(value(end) - at)));
      return carried + unit * Math.abs(at) + (unit / epsilon) * smallest;
    });
    return { value: tensor(x.value.shape, y), error: tensor(x.value.shape, error) };
  };
}
