// The rules of the nest IR, each broken once.

import { expect, test } from 'vitest';
import { tensor } from '../../src/base/tensor.ts';
import { interpretLowered } from '../../src/ir/interpret-nest.ts';
import type { Nest } from '../../src/ir/nest.ts';
import { accumulator, add, along, constant, index, input, load, mul, result } from '../../src/ir/nest.ts';

const row = tensor([3], Float64Array.of(1, 2, 3));
const run = (nest: Nest, size: number): readonly number[] => [...(interpretLowered({ nests: [nest], temporaries: [] }, [row], [[size]])[0]?.data ?? [])];
const base: Nest = {
  name: 'nest',
  axes: [{ name: 'i', extent: 3, kind: 'parallel' }],
  write: { tensor: result(0), index: [along(0)] },
  combine: 'sum',
  initial: 0,
  value: load(input(0), [along(0)]),
};

test('points that write outside write nothing, and elements without points keep what they held', () => {
  expect(run({ ...base, write: { tensor: result(0), index: [index(-1, [0, 1])] } }, 4)).toEqual([2, 3, NaN, NaN]);
});

test('a load outside its tensor needs a value for it', () => {
  const slid = [index(-1, [0, 1])];
  expect(run({ ...base, value: load(input(0), slid, 7) }, 3)).toEqual([7, 1, 2]);
  expect(() => run({ ...base, value: load(input(0), slid) }, 3)).toThrow('missing value outside the tensor');
});

test('reduce axes fold from the initial value, and finish comes once an element', () => {
  const folded: Nest = { ...base, axes: [{ name: 'o', extent: 2, kind: 'parallel' }, { name: 'i', extent: 3, kind: 'reduce' }], initial: 10, value: load(input(0), [along(1)]), finish: add(mul(accumulator, constant(2)), { kind: 'index', index: along(0) }) };
  expect(run(folded, 2)).toEqual([32, 33]);
  expect(run({ ...folded, axes: [{ name: 'o', extent: 2, kind: 'parallel' }, { name: 'i', extent: 0, kind: 'reduce' }] }, 2)).toEqual([20, 21]);
});

test('parallel axes may not write an element twice; sequential ones may', () => {
  const overlapping = (kind: 'parallel' | 'sequential'): Nest => ({
    ...base,
    axes: [{ name: 'k', extent: 2, kind }, { name: 'i', extent: 3, kind: 'parallel' }],
    write: { tensor: result(0), index: [index(0, [0, 1], [1, 1])] },
    value: load(input(0), [along(1)]),
  });
  expect(run(overlapping('sequential'), 4)).toEqual([1, 3, 5, 3]);
  expect(() => run(overlapping('parallel'), 4)).toThrow('twice over parallel axes');
  expect(() => run({ ...overlapping('sequential'), finish: accumulator }, 4)).toThrow('no single last point');
});
