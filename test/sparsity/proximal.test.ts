import { describe, expect, it } from 'vitest';
import type { GroupSet } from '../../src/ir/group.ts';
import type { ParameterData } from '../../src/ir/graph.ts';
import type { StructureKind } from '../../src/ir/structure.ts';
import { proximalMap } from './proximal.ts';
import { penalty } from './fixture.ts';

/** One parameter `w` of shape `view` in groups over the axes `keep`. */
function set(structure: StructureKind, view: readonly number[], keep: readonly number[], strength: number): GroupSet {
  const size = view.reduce((product, length, axis) => (keep.includes(axis) ? product : product * length), 1);
  const count = view.reduce((product, length, axis) => (keep.includes(axis) ? product * length : product), 1);
  return { penalty: penalty(structure, 'w', strength), count, size, factor: 1, members: [{ parameter: 'w', view, keep }] };
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
