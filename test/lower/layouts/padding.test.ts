// Padding stays zero wherever somebody relies on it: what may fill a vector, what may run over gaps, and networks
// whose epilogues are not zero at zero.

import { describe, expect, test } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import { graphBuilder } from '../../../src/ir/builder.ts';
import { evaluate } from '../../../src/ir/evaluate.ts';
import type { Attrs } from '../../../src/ir/graph.ts';
import { accumulator, add, along, constant, div, index, input, load, mul, result, select, sub, unary } from '../../../src/ir/nest.ts';
import type { Nest, NestExpr } from '../../../src/ir/nest.ts';
import { defineOp } from '../../../src/ir/op.ts';
import type { Op } from '../../../src/ir/op.ts';
import { orderedLayout } from '../../../src/lower/layouts/tensor-layout.ts';
import { lowerTraining } from '../../../src/lower/lower.ts';
import { fillsVectors } from '../../../src/lower/layouts/padding.ts';
import { resolveNest } from '../../../src/lower/accesses/resolve.ts';
import { renameTensors } from '../../../src/lower/nests/placed-nest.ts';
import { ops } from '../../../src/ops/index.ts';
import { pointwise } from '../../../src/ops/support/pointwise.ts';
import { convAttrs, denseAttrs, normals } from '../../train/networks.ts';
import { interpreters, start, targets } from '../harness.ts';
import type { Engine } from '../harness.ts';

const exponential: Op = defineOp({})(
  pointwise({ name: 'exponential', doc: '1 at 0.', draw: () => ({}), operands: 1, value: (a) => Math.exp(a), expr: (a) => unary('exp', a), tolerance: 1, epilogue: true }),
);
const registry = new Map([...ops, [exponential.name, exponential]]);

const epilogues = [['exponential', {}], ['sigmoid', {}], ['hard_sigmoid', {}], ['clip', { low: 0.25, high: 2 }], ['tanh', {}], ['elu', { alpha: 1 }], ['hard_swish', {}]] as const;

describe.each([...targets, ...interpreters])('$name', (engine) => {
  test.each(epilogues)('%s as an epilogue, flattened', (epilogue, attrs) => {
    expect(flattened(epilogue, attrs, engine)).toBeLessThanOrEqual(1e-4);
  });
});

/** The worst error of a step and of an evaluation, over one more than the value. */
function flattened(epilogue: string, attrs: Attrs, engine: Engine): number {
  let worst = 0;
  const builder = graphBuilder('padded', { samples: 2, shards: 1 }, registry);
  const image = builder.input('image', 'sample', [2, 2, 5, 5]);
  // Three channels leave a lane of each pixel to padding.
  const filters = builder.parameter('conv.weight', [3, 2, 3, 3], { layer: 'conv' });
  const conv = builder.one('conv', [image, filters], convAttrs(3, 3, { bias: false }), { layer: 'conv' });
  const flat = builder.one('flatten', [builder.one(epilogue, [conv], attrs, { layer: 'act' })], {}, { layer: 'flat' });
  const weight = builder.parameter('fc.weight', [5, 27], { layer: 'fc' });
  builder.output('scores', builder.one('dense', [flat, weight], denseAttrs(5, false), { layer: 'fc' }));
  const graph = builder.finish();
  const feeds = new Map([['image', normals('image', [2, 2, 5, 5])], ['conv.weight', normals('conv', [3, 2, 3, 3])], ['fc.weight', normals('fc', [5, 27])]]);
  const running = start(lowerTraining({ step: graph, evaluate: graph }, registry, engine.machine), engine);
  running.write(feeds);
  for (const program of ['step', 'evaluate']) {
    running.run(program);
    const found = running.read(`${program}/scores`).data;
    for (const [i, value] of present(evaluate(graph, registry, feeds).outputs.get('scores'), 'scores').data.entries()) {
      worst = Math.max(worst, Math.abs((found[i] ?? Infinity) - value) / (1 + Math.abs(value)));
    }
  }
  return worst;
}

describe('vectors past the last of three channels', () => {
  const [n, c] = [along(0), along(1)];
  const x = load(input(0), [n, c]);
  const perRow = load(input(1), [n]);
  const row: Nest = {
    name: 'row',
    axes: [{ name: 'n', extent: 2, kind: 'parallel' }, { name: 'c', extent: 3, kind: 'parallel' }, { name: 'k', extent: 4, kind: 'reduce' }],
    write: { tensor: result(0), index: [n, c] },
    combine: 'store',
    initial: 0,
    value: x,
  };
  const storing = (value: NestExpr): Nest => ({ ...row, axes: row.axes.slice(0, 2), value });
  const summing = (more: Partial<Nest>): Nest => ({ ...row, combine: 'sum', ...more });
  const logistic = div(constant(1), add(constant(1), unary('exp', unary('neg', x))));
  const cases: readonly (readonly [string, Nest, boolean])[] = [
    ['a copy', storing(x), true],
    ['a square root', storing(unary('sqrt', x)), true],
    ['exp', storing(unary('exp', x)), false],
    ['exp less 1', storing(sub(unary('exp', x), constant(1))), true],
    ['a logistic', storing(logistic), false],
    ['a logistic that gates', storing(mul(x, logistic)), true],
    ['a number a row added', storing(add(x, perRow)), false],
    ['by a number a row', storing(div(x, perRow)), true],
    ['by itself', storing(div(x, x)), false],
    ['by itself and more', storing(div(x, unary('sqrt', add(x, constant(1e-5))))), true],
    ['a step', storing(select(x, 'ge', constant(0), constant(1), constant(0))), false],
    ['a step from above', storing(select(x, 'gt', constant(0), constant(1), constant(0))), true],
    ['a sum', summing({}), true],
    ['a sum from 1', summing({ initial: 1 }), false],
    ['a sum from 1, finished', summing({ initial: 1, finish: unary('relu', accumulator) }), false],
    ['a sum onto what is there', summing({ initial: 'keep' }), true],
    ['a maximum', summing({ combine: 'max', initial: -Infinity }), true],
    ['a maximum from 1', summing({ combine: 'max', initial: 1 }), false],
    ['other channels of a wider tensor', storing(load(input(2), [n, index(1, [1, 1])])), false],
  ];
  test.each(cases)('%s: %#', (_name, nest, fills) => {
    const layouts = { input0: orderedLayout([2, 3], [0, 1], 4), input1: orderedLayout([2], [0], 1), input2: orderedLayout([2, 8], [0, 1], 4), result0: orderedLayout([2, 3], [0, 1], 4) };
    const placed = renameTensors(nest, (ref) => `${ref.kind}${ref.index}`);
    const resolved = resolveNest(placed, (slot) => ({ layout: present(layouts[slot as keyof typeof layouts], 'layout'), zeros: true }));
    expect(fillsVectors(resolved, 1, 4)).toBe(fills);
  });
});
