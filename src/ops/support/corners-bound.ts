// How far a function of two operands may be off that rises or falls with each of them where the other is held: over both
// intervals it is largest and smallest at a corner.

import type { ErrorRule } from '../../ir/error-bound.ts';
import { broadcastMap } from './broadcast.ts';
import { operand } from './shapes.ts';

export function cornersBound(name: string, value: (a: number, b: number) => number, /** Whether it has a pole where the second operand is 0. */ pole = false): ErrorRule {
  return (_attrs, operands, unit, { epsilon, smallest }) => {
    const [left, right] = [operand(operands, 0), operand(operands, 1)];
    const result = broadcastMap(left.value, right.value, name, value);
    const error = broadcastMap(left.value, right.value, name, (a, b, i, j) => {
      const [offA, offB] = [left.error.data[i] as number, right.error.data[j] as number];
      if (pole && Math.abs(b) <= offB) return Infinity;
      const y = value(a, b);
      const corners = [a - offA, a + offA].flatMap((x) => [value(x, b - offB), value(x, b + offB)]);
      return Math.max(...corners.map((corner) => Math.abs(corner - y))) + unit * Math.abs(y) + (unit / epsilon) * smallest;
    });
    return { value: result, error };
  };
}
