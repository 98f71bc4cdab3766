// Which nests take an elementwise op into their finish, and which may not.

import { expect, test } from 'vitest';
import { along, load, type NestExpr } from '../../../src/ir/nest.ts';
import { printNest } from '../../../src/ir/print-nest.ts';
import { fuseEpilogues } from '../../../src/lower/nests/fuse-epilogues.ts';
import type { PlacedNest, SlotLoad } from '../../../src/lower/nests/placed-nest.ts';

const n = [along(0)];
const sum: PlacedNest = {
  name: 'sum',
  axes: [{ name: 'n', extent: 3, kind: 'parallel' }, { name: 'k', extent: 4, kind: 'reduce' }],
  write: { tensor: 's', index: n },
  combine: 'sum',
  initial: 0,
  value: load('x', [along(0), along(1)]),
  op: 'sum',
  epilogue: false,
};

function reluOf(from: string, to: string, more: Partial<PlacedNest> = {}): PlacedNest {
  const value: NestExpr<SlotLoad> = { kind: 'unary', op: 'relu', a: load(from, n) };
  return { name: to, axes: sum.axes.slice(0, 1), write: { tensor: to, index: n }, combine: 'store', initial: 0, value, op: 'relu', epilogue: true, ...more };
}

function fused(nests: readonly PlacedNest[], kept: readonly string[] = [], views: readonly { from: string; to: string }[] = []): readonly string[] {
  return fuseEpilogues({ nests, slots: new Map(), views }, new Set(kept)).nests.map((nest) => printNest(nest, (slot) => slot).split('\n  ')[1] ?? '');
}

test('an epilogue becomes the finish of the sum that it reads, and the next one of that', () => {
  expect(fused([sum, reluOf('s', 'r'), reluOf('r', 't')])).toEqual(['t[n] = sum(x[n, k]) then relu(relu(acc))']);
});

const apart = ['s[n] = sum(x[n, k])', 'r[n] = relu(s[n])'];
test.each<[what: string, result: readonly string[], expected: readonly string[]]>([
  ['that is an output', fused([sum, reluOf('s', 'r')], ['s']), apart],
  ['that is viewed', fused([sum, reluOf('s', 'r')], [], [{ from: 's', to: 'v' }]), apart],
  ['that two read', fused([sum, reluOf('s', 'r'), reluOf('s', 't')]), [...apart, 't[n] = relu(s[n])']],
  ['by no epilogue', fused([sum, reluOf('s', 'r', { epilogue: false })]), apart],
  ['that is added to what is there', fused([{ ...sum, initial: 'keep' }, reluOf('s', 'r')]), ['s[n] = sum from what is there(x[n, k])', 'r[n] = relu(s[n])']],
])('a value stays %s', (_, result, expected) => {
  expect(result).toEqual(expected);
});
