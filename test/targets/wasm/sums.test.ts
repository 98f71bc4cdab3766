// Where products are added by two instructions in relaxed code, too.

import { expect, test } from 'vitest';
import { functionBuilder, get, int, intOp, set, type Expr, type KernelFunction, type Stmt } from '../../../src/ir/kernel.ts';
import { waitsForSums } from '../../../src/targets/wasm/sums.ts';

/** A loop that adds a product to each of so many sums, inside another one. */
function summing(count: number): KernelFunction {
  const builder = functionBuilder(['task']);
  const end = builder.local('i32', 'end');
  const sums = Array.from({ length: count }, () => builder.local('vec', 'acc'));
  const one: Expr = { kind: 'float', type: 'vec', value: 1 };
  const step = sums.map((sum): Stmt => set(sum, { kind: 'binary', op: 'add', type: 'vec', a: get(sum), b: { kind: 'binary', op: 'mul', type: 'vec', a: one, b: one } }));
  return builder.finish('f', [{ kind: 'repeat', counter: builder.local('i32', 'i'), count: 3, body: [{ kind: 'loop', body: [...step, ...step], while: intOp('ne', get(end), int(0)) }] }]);
}

test.each([[0, false], [1, true], [7, true], [8, false], [10, false]])('%i sums wait: %j', (count, waits) => {
  expect(waitsForSums(summing(count))).toBe(waits);
});
