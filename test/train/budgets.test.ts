// Budgets of groups: what is kept, the projection onto them, and the methods that go by them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { GroupSet, GroupSlice } from '../../src/ir/group.ts';
import type { MethodSettings } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { keptCount, leastGroups } from '../../src/sparsity/kept-count.ts';
import { alive, norms } from '../../src/sparsity/norms.ts';
import { admm } from '../../src/train/methods/admm.ts';
import { magnitude } from '../../src/train/methods/magnitude.ts';
import type { Moment } from '../../src/train/methods/method.ts';
import { copiesOf, project } from '../../src/train/methods/projection.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { check } from '../../src/check/check.ts';
import { parse } from '../../src/syntax/parse.ts';
import { appendUpdate } from '../../src/train/update.ts';
import { groupOfElements } from '../group-of-elements.ts';
import { groupsOf, scalar, sgd } from './networks.ts';

function budget(groups: number, count: number, members: readonly GroupSlice[], layer = 'a'): GroupSet {
  const set = groupsOf(layer, 0, count, members);
  return { ...set, penalty: { kind: 'budget', structure: 'filters', layer, span: set.penalty.span, keep: { groups } } };
}

const rowsOf = (rows: number, columns: number, kept: number): GroupSet => budget(kept, rows, [{ parameter: 'a', view: [rows, columns], keep: [0] }]);
const columnsOf = (rows: number, columns: number, kept: number): GroupSet => budget(kept, columns, [{ parameter: 'a', view: [rows, columns], keep: [1] }]);
/** Weights of no network. */
const alone = { graph: graphBuilder('alone', { samples: 1, shards: 1 }, ops).finish(), ops, values: new Map<string, F64Tensor>() };
const aliveIn = (set: GroupSet, values: Parameters<typeof alive>[1]): number => alive(set, values).reduce((sum, flag) => sum + flag, 0);

describe('what a budget keeps', () => {
  it.each([
    [25, 50, 13],
    [14.5, 100, 15],
    [29, 100, 29],
    [24, 50, 12],
    [15, 20, 3],
    [100, 7, 7],
    [1, 20, 0],
  ])('%d%% of %d are %d', (percent, total, kept) => expect(keptCount({ percent }, total)).toBe(kept));

  it('is the largest, of equal ones those with smaller numbers', () => {
    expect([...leastGroups(rowsOf(6, 1, 3), Float64Array.of(1, 2, 2, 0, 2, 2), 3)]).toEqual([1, 0, 0, 1, 0, 1]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 }), fc.nat(13), (sizes, kept) => {
        const ranked = sizes.map((size, group) => ({ size, group })).sort((a, b) => b.size - a.size || a.group - b.group);
        const least = new Set(ranked.slice(kept).map(({ group }) => group));
        expect([...leastGroups({ count: sizes.length }, Float64Array.from(sizes), kept)]).toEqual(sizes.map((_, group) => Number(least.has(group))));
      }),
    );
  });

  const extent = fc.integer({ min: 1, max: 6 });
  const problem = fc.tuple(extent, extent).chain(([rows, columns]) => fc.record({ rows: fc.constant(rows), columns: fc.constant(columns), ofRows: fc.integer({ min: 1, max: rows }), ofColumns: fc.integer({ min: 1, max: columns }), values: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: rows * columns, maxLength: rows * columns }) }));

  it('is nearest for one set: no other choice of groups leaves less behind', () => {
    fc.assert(
      fc.property(problem, ({ rows, columns, ofRows, values }) => {
        const set = rowsOf(rows, columns, ofRows);
        const projected = new Map([['a', { data: Float64Array.from(values) }]]);
        project([set], projected, norms, alone);
        const squares = Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value ** 2, 0));
        const nearest = squares.toSorted((a, b) => a - b).slice(0, rows - ofRows).reduce((sum, square) => sum + square, 0);
        const data = present(projected.get('a'), 'a').data;
        expect(values.reduce((sum, value, i) => sum + (value - (data[i] ?? NaN)) ** 2, 0)).toBeCloseTo(nearest, 9);
      }),
    );
  });

  it('is exceeded by none of several sets that cross', () => {
    fc.assert(
      fc.property(problem, ({ rows, columns, ofRows, ofColumns, values }) => {
        const sets = [rowsOf(rows, columns, ofRows), columnsOf(rows, columns, ofColumns)];
        const projected = new Map([['a', { data: Float64Array.from(values) }]]);
        project(sets, projected, norms, alone);
        expect(aliveIn(present(sets[0], 'rows'), projected)).toBeLessThanOrEqual(ofRows);
        expect(aliveIn(present(sets[1], 'columns'), projected)).toBeLessThanOrEqual(ofColumns);
        // What is left is what it was.
        const { data } = present(projected.get('a'), 'a');
        expect(values.every((value, i) => data[i] === 0 || data[i] === value)).toBe(true);
      }),
    );
  });
});

describe('budgets of layers that follow each other', () => {
  const source = `network Chain(image: tensor[1, 8, 8]) {
    c1 = relu(conv(image, filters = 6, window = 3, bias = false))
    n  = batch_norm(conv(max_pool(c1, window = 2), filters = 5, window = 2, bias = false))
    f  = relu(dense(n, units = 7))
    return dense(f, units = 3)
  }
  sparsity {
    admm fibers  of n  keep 6
    admm filters of c1 keep 2
    admm filters of n  keep 3
    admm inputs  of f  keep 7
    admm neurons of f  keep 4
  }`;
  const { network, penalties } = present(check(parse({ name: 'chain.ssl', text: source }).file, ops).model, 'model');
  const sets = groupSets(network, ops, penalties);

  it('keep no group that only channels feed which have gone', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const values = initialParameters(network, seed);
      const projected = copiesOf(sets, values);
      project(sets, projected, norms, { graph: network.graph, ops, values });
      const data = (name: string): Float64Array => present(projected.get(name), name).data;
      const filters = Array.from({ length: 6 }, (_, c) => data('c1.weight').slice(9 * c, 9 * c + 9).some((w) => w !== 0));
      expect(filters.filter(Boolean)).toHaveLength(2);
      const taps = Array.from({ length: 24 }, (_, t) => data('n.weight').filter((_w, i) => i % 24 === t).some((w) => w !== 0));
      expect(taps.filter(Boolean)).toHaveLength(6);
      expect(taps.flatMap((lives, tap) => (lives && !filters[Math.floor(tap / 4)] ? [tap] : []))).toEqual([]);
      const rows = Array.from({ length: 5 }, (_, o) => data('n.weight').slice(24 * o, 24 * o + 24).some((w) => w !== 0));
      const inputs = Array.from({ length: 20 }, (_, i) => data('f.weight').filter((_w, at) => at % 20 === i).some((w) => w !== 0));
      expect(inputs.filter(Boolean)).toHaveLength(7);
      expect(inputs.flatMap((lives, i) => (lives && !rows[Math.floor(i / 4)] ? [i] : []))).toEqual([]);
    }
  });
});

/** Tensors of a phase over one parameter `a`, as a moment holds them. */
function heldOf(values: readonly number[], names: readonly string[]): Moment['held'] {
  return new Map<string, { readonly data: Float32Array }>([
    ['a', { data: Float32Array.from(values) }],
    ['a.mask', { data: new Float32Array(values.length).fill(1) }],
    ...names.map((name) => [name, { data: new Float32Array(name === 'a.rho' ? 1 : values.length).fill(9) }] as const),
  ]);
}

const moment = (set: GroupSet, held: Moment['held'], settings: MethodSettings, done = 0): Moment => ({ ...alone, sets: [set], held, buffers: ['momentum'], settings, rate: 0.1, steps: { inEpoch: 10, inPhase: 40 }, done });
const dataOf = (held: Moment['held'], name: string): Float32Array => present(held.get(name), name).data;

describe('ADMM', () => {
  const [rows, columns] = [4, 3];
  const set = rowsOf(rows, columns, 2);
  const target = Array.from({ length: rows * columns }, (_, i) => Math.fround(Math.sin(3 + i) * (1 + (i % 4))));
  const settings = { rho: 0.5, growth: 1.25, every: 1 };

  /** One step of 1/2 ||a - target||^2 in float64. */
  function stepped(held: Moment['held'], rate: number): Float64Array {
    const builder = graphBuilder('quadratic', { samples: 1, shards: 1 }, ops);
    const shape = [rows, columns];
    const value = builder.parameter('a', shape, { layer: 'a' });
    const gradient = builder.one('subtract', [value, builder.parameter('a.target', shape)]);
    const momentum = builder.parameter('a.momentum', shape);
    appendUpdate(builder, [{ name: 'a', layer: 'a', value, point: value, gradient, decay: true, buffers: { momentum } }], { optimizer: sgd(), method: 'admm', crossing: 'sequential', penalties: [set] }, { rate: builder.input('rate', 'scalar', []), strength: builder.input('strength', 'scalar', []), own: {} });
    const graph = builder.finish();
    const wide = (name: string): F64Tensor => tensor(name === 'a.rho' ? [1] : shape, Float64Array.from(dataOf(held, name)));
    const feeds = new Map<string, F64Tensor>([...['a', 'a.split', 'a.dual', 'a.rho'].map((name) => [name, wide(name)] as const), ['a.target', tensor(shape, Float64Array.from(target))], ['a.momentum', tensor(shape, new Float64Array(rows * columns))], ['rate', scalar(rate)], ['strength', scalar(1)]]);
    return Float64Array.from(present(evaluate(graph, ops, feeds).state.get('a'), 'a').data);
  }

  it('takes the steps and updates of the formulas', () => {
    const held = heldOf(target.map((value, i) => value + 0.1 * i), ['a.split', 'a.dual', 'a.rho', 'a.momentum']);
    admm.begin?.(moment(set, held, settings));
    // Written out: w, z, u by element.
    const f = Math.fround;
    let w = [...dataOf(held, 'a')];
    const projectRows = (values: readonly number[]): number[] => {
      const norm = (row: number): number => Math.hypot(...values.slice(row * columns, (row + 1) * columns));
      const kept = new Set([0, 1, 2, 3].toSorted((a, b) => norm(b) - norm(a)).slice(0, 2));
      return values.map((value, i) => (kept.has(Math.floor(i / columns)) ? value : 0));
    };
    let z = projectRows(w);
    let u = w.map(() => 0);
    let rho = 0.5;
    expect([...dataOf(held, 'a.split')]).toEqual(z);
    for (let round = 0; round < 4; round++) {
      for (let step = 0; step < 3; step++) {
        const next = stepped(held, 0.2);
        w = w.map((value, i) => value - 0.2 * (value - (target[i] ?? NaN) + f(rho) * (value - (z[i] ?? NaN) + (u[i] ?? NaN))));
        for (const [i, value] of w.entries()) expect(next[i]).toBeCloseTo(value, 6);
        dataOf(held, 'a').set(w);
        w = [...dataOf(held, 'a')];
      }
      const applied = present(admm.between, 'between').apply(moment(set, held, settings));
      const before = z;
      z = projectRows(w.map((value, i) => value + (u[i] ?? NaN)));
      const [primal, dual] = [Math.hypot(...w.map((value, i) => value - (z[i] ?? NaN))), Math.hypot(...z.map((value, i) => rho * (value - (before[i] ?? NaN))))];
      u = u.map((value, i) => f((value + (w[i] ?? NaN) - (z[i] ?? NaN)) / 1.25));
      z = z.map(f);
      rho *= 1.25;
      expect(applied.residuals).toEqual([{ layer: 'a', primal: expect.closeTo(primal, 5), dual: expect.closeTo(dual, 5) }]);
      for (const [name, values] of [['a.split', z], ['a.dual', u]] as const) for (const [i, value] of values.entries()) expect(dataOf(held, name)[i]).toBeCloseTo(value, 6);
      expect(dataOf(held, 'a.rho')[0]).toBeCloseTo(rho, 6);
    }
    admm.end?.(moment(set, held, settings));
    expect([...alive(set, held)]).toEqual([...alive(set, new Map([['a', { data: projectRows(w) }]]))]);
    expect([...dataOf(held, 'a.mask')]).toEqual([...dataOf(held, 'a')].map((value) => (value === 0 ? 0 : 1)));
  });

  it('prunes in rounds, trains what each has left without a pull, and begins the next anew', () => {
    const many = rowsOf(8, 1, 2);
    const held = heldOf([8, 7, 6, 5, 4, 3, 2, 1], ['a.split', 'a.dual', 'a.rho', 'a.momentum']);
    const inRounds = { ...settings, every: 2, rounds: 3 };
    const steps = { inEpoch: 10, inPhase: 80 };
    admm.begin?.({ ...moment(many, held, inRounds), steps });
    const seen = [];
    for (let epoch = 1; epoch <= 8; epoch++) {
      const { residuals } = present(admm.between, 'between').apply({ ...moment(many, held, inRounds, 10 * epoch), steps });
      const inSplit = alive(many, new Map([['a', { data: dataOf(held, 'a.split') }]])).reduce((sum, flag) => sum + flag, 0);
      seen.push([aliveIn(many, held), inSplit, dataOf(held, 'a.rho')[0], residuals?.length]);
    }
    // Of 8 epochs rounds have 2, 3 and 3, of which 1, 2 and 3 are pulled. 8 - 6 / 3 groups are left, 8 - 12 / 3, and in the end 2.
    expect(seen).toEqual([
      [6, 6, 0, undefined],
      [6, 4, 0.5, undefined],
      [6, 4, 0.5, undefined],
      [4, 4, 0, 1],
      [4, 2, 0.5, undefined],
      [4, 2, 0.5, undefined],
      [4, 2, 0.625, 1],
      [4, 2, 0.625, undefined],
    ]);
    admm.end?.({ ...moment(many, held, inRounds, 80), steps });
    expect(aliveIn(many, held)).toBe(2);
  });

  it('brings the weights to the best point within the budget that it has settled on', () => {
    const held = heldOf(target, ['a.split', 'a.dual', 'a.rho', 'a.momentum']);
    // Less than the curvature of the loss, which is 1, and groups may take turns for ever.
    const still = { rho: 2, growth: 1, every: 1 };
    admm.begin?.(moment(set, held, still));
    for (let round = 0; round < 40; round++) {
      for (let step = 0; step < 20; step++) dataOf(held, 'a').set(stepped(held, 0.1));
      admm.between?.apply(moment(set, held, still));
    }
    const groups = groupOfElements(present(set.members[0], 'member'));
    const kept = alive(set, new Map([['a', { data: dataOf(held, 'a.split') }]]));
    for (const [i, value] of dataOf(held, 'a').entries()) expect(value).toBeCloseTo(kept[groups[i] ?? NaN] === 1 ? (target[i] ?? NaN) : 0, 3);
  });
});

describe('magnitude', () => {
  it('prunes in rounds, by the sum of |w|, and keeps what has gone', () => {
    const set = rowsOf(8, 2, 2);
    // By sums row 7 is the largest, by squares row 0 would be.
    const values = Array.from({ length: 16 }, (_, i) => (i === 0 ? 7.5 : i === 1 ? 0 : Math.floor(i / 2) / 1.9));
    const held = heldOf(values, ['a.momentum']);
    const settings = { rounds: 3 };
    const kept: number[] = [];
    magnitude.begin?.(moment(set, held, settings));
    kept.push(aliveIn(set, held));
    for (let done = 10; done <= 40; done += 10) {
      magnitude.between?.apply(moment(set, held, settings, done));
      kept.push(aliveIn(set, held));
    }
    magnitude.end?.(moment(set, held, settings, 40));
    // 8 - 6 / 3, 8 - 12 / 3, 2; the last of three rounds has two of four epochs.
    expect(kept).toEqual([6, 4, 2, 2, 2]);
    expect([...alive(set, held)]).toEqual([1, 0, 0, 0, 0, 0, 0, 1]);
    expect(aliveIn(set, held)).toBe(2);
  });
});
