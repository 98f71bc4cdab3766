// Rules of ops for how errors grow: no operand within its errors gives what is farther off than the rule says.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import type { Arithmetic, Bounded } from '../../src/ir/error-bound.ts';
import { hardSwish } from '../../src/ops/activations/hard-swish.ts';
import { ops } from '../../src/ops/index.ts';
import { draw, uniformOf } from './support.ts';

/** Nothing is rounded: what is left is what errors of operands become. */
const exact: Arithmetic = { epsilon: 1, smallest: 0 };

describe('what operands within their errors give', () => {
  for (const [name, op] of ops) {
    const { bound } = op;
    if (typeof bound !== 'function') continue;
    test(`bound of ${name}`, () => {
      for (let seed = 0; seed < 30; seed++) {
        const { attrs, batch, operands } = draw(op, seed);
        const uniform = uniformOf(seed + 1);
        const size = uniform() < 0.5 ? 1e-3 : 2;
        const bounded = operands.map((value): Bounded => ({ value, error: tensor(value.shape, value.data.map(() => size * uniform())) }));
        const { value, error } = bound(attrs, bounded, 0, exact);
        const at = (operand: (each: Bounded) => F64Tensor): Float64Array => present(op.reference(attrs, bounded.map(operand), batch)[0], 'result').data;
        const middle = at((each) => each.value);
        for (const [i, y] of middle.entries()) expect(value.data[i]).toBeCloseTo(y, 12);
        for (let trial = 0; trial < 12; trial++) {
          const step = trial < 6 ? (): number => (uniform() < 0.5 ? -1 : 1) : (): number => 2 * uniform() - 1;
          const moved = at((each) => tensor(each.value.shape, each.value.data.map((x, i) => x + step() * (each.error.data[i] as number))));
          // Without a value where the operand has left where the op has any.
          for (const [i, y] of [...moved.entries()].filter(([, each]) => !Number.isNaN(each))) expect(Math.abs(y - (middle[i] as number)), `seed ${seed}, element ${i}`).toBeLessThanOrEqual((error.data[i] as number) * (1 + 1e-9) + 1e-12);
        }
      }
    });
  }
});

test('hard_swish is farthest off where it turns, between the ends of an interval', () => {
  const [op] = hardSwish;
  const rule = present(op, 'hard_swish').bound;
  if (typeof rule !== 'function') throw new Error('hard_swish rises and falls');
  const of = (x: number, off: number): number | undefined => rule({}, [{ value: tensor([1], Float64Array.of(x)), error: tensor([1], Float64Array.of(off)) }], 0, exact).error.data[0];
  expect(of(-4, 3)).toBeCloseTo(0.375, 12);
  expect(of(-4, 0.5)).toBe(0);
  expect(of(5, 1)).toBeCloseTo(1, 12);
});
