import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupSet } from '../../src/ir/group.ts';
import type { ParameterData } from '../../src/ir/graph.ts';
import type { StructureKind } from '../../src/ir/structure.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { draws } from '../random/draw.ts';
import { exactProximalMap, proximalMap } from './proximal.ts';
import { fixture, networkOf, penalty } from './fixture.ts';

/** One parameter `w` of shape `view` in groups over the axes `keep`. */
function set(structure: StructureKind, view: readonly number[], keep: readonly number[], strength: number): GroupSet {
  const size = view.reduce((product, length, axis) => (keep.includes(axis) ? product : product * length), 1);
  const count = view.reduce((product, length, axis) => (keep.includes(axis) ? product * length : product), 1);
  return { penalty: penalty(structure, 'w', strength), layers: ['w'], count, size, factor: 1, members: [{ parameter: 'w', view, keep }] };
}

function apply(sets: readonly GroupSet[], w: readonly number[], rate: number): number[] {
  const parameters = new Map<string, ParameterData>([['w', { shape: [w.length], data: Float64Array.from(w) }]]);
  return [...(proximalMap(sets, parameters, rate).get('w')?.data ?? [])];
}

describe('the proximal map', () => {
  it('shrinks a group towards zero by rate * strength, and to exact zeros within', () => {
    const sets = [set('filters', [3, 2], [0], 5)];
    const [a, b, c, d, e, f] = apply(sets, [3, 4, 0.3, 0.4, 0, 0], 0.1);
    expect([a, b]).toEqual([3 * (1 - 0.5 / 5), 4 * (1 - 0.5 / 5)]);
    expect([c, d, e, f]).toEqual([0, 0, 0, 0]);
  });

  it('from leaf to root is the proximal map of nested groups', () => {
    // Leaves {0,1}, {2,3} in one root, by minimising 1/2 |w - v|^2 + penalties numerically.
    const v = [1.2, -0.7, 0.3, 0.1];
    const sets = [set('fibers', [1, 2, 2], [0, 1], 0.5), set('channels', [1, 4], [0], 0.3)];
    const exact = apply(sets, v, 1);
    const objective = (w: readonly number[]): number =>
      0.5 * w.reduce((sum, x, i) => sum + (x - (v[i] ?? 0)) ** 2, 0) +
      0.5 * (Math.hypot(w[0] ?? 0, w[1] ?? 0) + Math.hypot(w[2] ?? 0, w[3] ?? 0)) +
      0.3 * Math.hypot(...w);
    const best = objective(exact);
    for (let trial = 0; trial < 4000; trial++) {
      const step = 10 ** -(1 + (trial % 5));
      const moved = exact.map((x, i) => x + step * Math.sin(trial * 12.9898 + i * 78.233));
      expect(objective(moved)).toBeGreaterThan(best);
    }
    expect(exact.slice(2)).toEqual([0, 0]);
  });
});

/** Chains of structures, each of whose groups lie in those of the next. */
const chains: readonly (readonly StructureKind[])[] = [
  ['elements', 'vectors', 'filters_2d', 'filters', 'layers'],
  ['elements', 'vectors', 'filters_2d', 'channels', 'layers'],
  ['elements', 'fibers', 'channels', 'layers'],
  ['elements', 'blocks', 'layers'],
];

it('one after the other, in their order of treatment, groups that nest are mapped exactly', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...chains), (seed, chain) => {
      const draw = draws(seed, 'nested');
      const net = fixture([draw.pick([2, 4]), 5, 5]);
      const window = draw.pick([1, 3]);
      const stem = net.conv('stem', net.input, 4, { window: 1 });
      const inner = net.conv('inner', stem, draw.pick([2, 4, 6]), { window, padding: (window - 1) / 2, groups: draw.pick([1, 2]), bias: draw.chance(0.5) });
      const normed = draw.chance(0.5) ? net.batchNorm('norm', inner) : inner;
      const last = net.conv('last', normed, 4, { window: 1 });
      const sum = net.builder.one('add', [last, net.conv('projection', net.input, 4, { window: 1 })], {}, { layer: 'sum' });
      const program = net.finish(sum);
      const network = networkOf(program);
      const given = { rows: draw.integer(1, 3), columns: draw.integer(1, 5) };
      const kinds = draw.shuffle(chain.filter(() => draw.chance(0.7)));
      const penalties = [
        ...kinds.map((kind) => penalty(kind, 'inner', 0.2 + draw.uniform(), draw.pick(['one', 'sqrt_size'] as const), kind === 'blocks' ? given : undefined)),
        ...(draw.chance(0.5) ? [penalty('layers', 'last', 2 * draw.uniform()), penalty('branches', 'sum', 4 * draw.uniform())] : []),
      ];
      const sets = groupSets(network, ops, penalties);
      const rate = 0.1 + draw.uniform();
      const found = proximalMap(sets, program.parameters, rate);
      const exact = exactProximalMap(sets, program.parameters, rate, 400);
      for (const [name, { data }] of exact) {
        for (const [i, value] of data.entries()) expect(Math.abs(value - (found.get(name)?.data[i] ?? NaN))).toBeLessThan(1e-10);
      }
    }),
    { numRuns: 30 },
  );
});

// minimise c/2 |w - target|^2 + lambda |w|: the closed form shrinks the target by lambda / c.
describe('momentum and the proximal map on a quadratic', () => {
  const curvature = 2;
  const target = [0.6, 0.8];
  const [rate, momentum, lambda] = [0.05, 0.9, 1];
  const sets = [set('filters', [1, 2], [0], lambda)];
  const shrunkBy = (amount: number): number[] => target.map((t) => t * Math.max(0, 1 - amount));
  const gradient = (w: readonly number[]): number[] => w.map((x, i) => curvature * (x - (target[i] ?? 0)));

  it('acting on the iterates after the map reaches the optimum', () => {
    let previous = [1, 1];
    let w = [1, 1];
    for (let step = 0; step < 2000; step++) {
      const g = gradient(w);
      const moved = w.map((x, i) => x + momentum * (x - (previous[i] ?? 0)) - rate * (g[i] ?? 0));
      previous = w;
      w = apply(sets, moved, rate);
    }
    for (const [i, x] of shrunkBy(lambda / curvature).entries()) expect(w[i]).toBeCloseTo(x, 10);
  });

  it('heavy-ball steps before the map reach that of lambda * (1 - momentum)', () => {
    let w = [1, 1];
    let velocity = [0, 0];
    for (let step = 0; step < 2000; step++) {
      const g = gradient(w);
      velocity = velocity.map((m, i) => momentum * m - rate * (g[i] ?? 0));
      w = apply(sets, w.map((x, i) => x + (velocity[i] ?? 0)), rate);
    }
    for (const [i, x] of shrunkBy((lambda * (1 - momentum)) / curvature).entries()) expect(w[i]).toBeCloseTo(x, 10);
  });
});
