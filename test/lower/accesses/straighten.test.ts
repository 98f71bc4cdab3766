// Axes that walk tables walk lines instead, where what lies between is padding that changes nothing.

import { expect, test } from 'vitest';
import type { Access, ResolvedNest } from '../../../src/lower/accesses/resolve.ts';
import { straighten } from '../../../src/lower/accesses/straighten.ts';

/** Two features of every four positions, as of an image with rounded-up channels. */
const table = [0, 1, 4, 5, 8, 9];

function walk(factor: number, more: Partial<Access> = {}): Access {
  return { slot: 'x', offset: 0, along: new Map([[0, { kind: 'table', offsets: table.map((at) => at * factor) }]]), room: new Map(), gaps: new Set([0]), ...more };
}

function sumOf(a: Access, b: Access, more: Partial<ResolvedNest> = {}): ResolvedNest {
  const load = (access: Access): ResolvedNest['loads'][number] => ({ access, guards: [], padding: [], outside: 0 });
  return {
    name: 'sum',
    axes: [{ name: 'i', extent: table.length, kind: 'reduce' }],
    write: { slot: 'out', offset: 0, along: new Map(), room: new Map(), gaps: new Set() },
    combine: 'sum',
    initial: 0,
    value: { kind: 'binary', op: 'mul', a: { kind: 'load', load: 0 }, b: { kind: 'load', load: 1 } },
    loads: [load(a), load(b)],
    ...more,
  };
}

test('tables that are multiples of each other become lines over positions', () => {
  const { axes, loads } = straighten(sumOf(walk(1), walk(52)));
  expect(axes[0]?.extent).toBe(10);
  expect(loads.map(({ access }) => access.along.get(0))).toEqual([{ kind: 'linear', stride: 1 }, { kind: 'linear', stride: 52 }]);
});

const other: Access = walk(1, { along: new Map([[0, { kind: 'table', offsets: [0, 1, 2, 3, 4, 5] }]]) });
const chosen: Access = walk(1, { gaps: new Set() });
test.each<[what: string, nest: ResolvedNest]>([
  ['of tables that go otherwise', sumOf(walk(1), other)],
  ["of an op's own choice of elements", sumOf(chosen, chosen)],
  ['of a maximum', sumOf(walk(1), walk(52), { combine: 'max', initial: -Infinity })],
  ['of what is not zero at zero', sumOf(walk(1), walk(52), { value: { kind: 'unary', op: 'exp', a: { kind: 'load', load: 0 } } })],
  ['whose counter is read', sumOf(walk(1), walk(52), { value: { kind: 'binary', op: 'mul', a: { kind: 'load', load: 0 }, b: { kind: 'index', index: { offset: 0, terms: [{ axis: 0, factor: 1 }] } } } })],
])('an axis %s stays', (_, nest) => {
  expect(straighten(nest)).toEqual(nest);
});
