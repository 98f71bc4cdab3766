// Sums over more steps than a block holds go on from what lies in memory.

import { describe, expect, test } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import type { Op } from '../../../src/ir/op.ts';
import type { ResolvedNest } from '../../../src/lower/accesses/resolve.ts';
import { blockSteps } from '../../../src/lower/contraction/step-blocks.ts';
import { ops } from '../../../src/ops/index.ts';
import { conformanceError } from '../../conformance/support.ts';
import { convAttrs } from '../../train/networks.ts';
import { interpreters, targets } from '../harness.ts';

const nestOf = (...extents: readonly number[]): ResolvedNest => ({
  name: 'nest',
  axes: extents.map((extent, i) => ({ name: `axis${i}`, extent, kind: 'reduce' })),
  write: { slot: 'out', offset: 0, along: new Map(), room: new Map(), gaps: new Set() },
  combine: 'sum',
  initial: 0,
  value: { kind: 'constant', value: 1 },
  loads: [],
});

test.each([
  { extents: [2, 16, 16], around: [] },
  { extents: [25, 16, 16], around: [{ axis: 0, points: 1, count: 25 }] },
  { extents: [25, 8, 8], around: [{ axis: 0, points: 5, count: 5 }] },
  { extents: [4, 32, 32], around: [{ axis: 0, points: 1, count: 4 }, { axis: 1, points: 16, count: 2 }] },
  { extents: [3, 521], around: [{ axis: 0, points: 1, count: 3 }, { axis: 1, points: 1, count: 521 }] },
])('steps $extents', ({ extents, around }) => {
  const nest = nestOf(...extents);
  const blocked = blockSteps(nest, [...nest.axes.keys()]);
  expect(blocked.around).toEqual(around);
  const inBlock = (axis: number): number => around.find((each) => each.axis === axis)?.points ?? present(extents[axis], 'extent');
  expect(blocked.block.axes.map(({ extent }) => extent)).toEqual(extents.map((_, axis) => inBlock(axis)));
});

/** The gradient of a convolution's weight, of images of one size. */
function gradientOf(samples: number, rows: number, columns: number): Op {
  const op = present(ops.get('conv_grad_weight'), 'op');
  const { bias: _, ...attrs } = convAttrs(4, 3, { padding: [1, 1] });
  return { ...op, sample: () => ({ attrs, inputs: [[samples, 2, rows, columns], [samples, 4, rows, columns]], batch: { samples, shards: 2 } }) };
}

describe.each([...targets, present(interpreters[0], 'interpreter')])('$name', (engine) => {
  test.each([
    ['several samples', 12, 13, 13],
    ['a sample', 4, 16, 24],
    ['rows of a sample', 4, 30, 20],
  ] as const)('blocks of %s', { timeout: 60_000 }, (_name, samples, rows, columns) => {
    expect(conformanceError(gradientOf(samples, rows, columns), 1, 'inner', engine)).toBeLessThanOrEqual(1);
  });
});
