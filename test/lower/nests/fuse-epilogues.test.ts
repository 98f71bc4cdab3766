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

const sumOf = (from: string, to: string, more: Partial<PlacedNest> = {}): PlacedNest => ({ ...sum, name: to, write: { tensor: to, index: n }, value: load(from, [along(0), along(1)]), ...more });
const added = (a: string, b: string, to: string): PlacedNest => reluOf('', to, { value: { kind: 'binary', op: 'add', a: load(a, n), b: load(b, n) } });

test('of two sums the first operand takes the epilogue, where the other is there already', () => {
  expect(fused([sumOf('x', 'a'), sumOf('y', 'b'), added('a', 'b', 'r'), reluOf('r', 't')])).toEqual(['b[n] = sum(y[n, k])', 't[n] = sum(x[n, k]) then relu(acc + b[n])']);
});

test('what the sum reads, its epilogue may read, too; it stays, though one nest is left that reads it', () => {
  expect(fused([sumOf('x', 'a'), reluOf('a', 'b'), sumOf('b', 's'), added('s', 'b', 'r'), reluOf('r', 't')])).toEqual(['b[n] = sum(x[n, k]) then relu(acc)', 't[n] = sum(b[n, k]) then relu(acc + b[n])']);
});

test('a value in parts takes an epilogue in each of them, or in none', () => {
  const write = { tensor: 's', index: [{ offset: 3, terms: [{ axis: 0, factor: 1 }] }] };
  const parts = (last: Partial<PlacedNest>): readonly PlacedNest[] => [sumOf('x', 's'), sumOf('y', 's', { write, ...last }), reluOf('s', 'r'), added('r', 'z', 't')];
  expect(fused(parts({}))).toEqual(['t[n] = sum(x[n, k]) then relu(acc) + z[n]', 't[n + 3] = sum(y[n, k]) then relu(acc) + z[n + 3]']);
  expect(fused(parts({ combine: 'max' })).slice(2)).toEqual(['t[n] = relu(s[n]) then acc + z[n]']);
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
