// The optimiser on cases worked by hand, and its fixed points against closed forms.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Graph } from '../../src/ir/graph.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { ops } from '../../src/ops/index.ts';
import type { UpdateRule } from '../../src/train/methods/method.ts';
import { optimizers } from '../../src/train/optimizers/index.ts';
import { appendUpdate } from '../../src/train/update.ts';
import { adam, groupsOf, scalar, sgd } from './networks.ts';

const plain: UpdateRule = { optimizer: sgd(), method: 'proximal', crossing: 'sequential', penalties: [] };
/** Each row of `a` a group, joined by the element of `b` of the same index. */
const rows = groupsOf('a', 0.5, 2, [
  { parameter: 'a', view: [2, 2], keep: [0] },
  { parameter: 'b', view: [2], keep: [0] },
]);
const columns = groupsOf('a', 0.25, 2, [{ parameter: 'a', view: [2, 2], keep: [1] }]);

interface Quadratic {
  readonly graph: Graph;
  readonly rule: UpdateRule;
}

/** Steps of the quadratic 1/2 ||w - target||^2 over parameters a [2, 2] and b [2]. */
function quadratic(rule: UpdateRule, masked: readonly string[] = []): Quadratic {
  const builder = graphBuilder('quadratic', { samples: 1, shards: 1 }, ops);
  const optimizer = optimizers[rule.optimizer.name];
  const parameters = [
    { name: 'a', shape: [2, 2], decay: true },
    { name: 'b', shape: [2], decay: false },
  ].map(({ name, shape, decay }) => {
    const value = builder.parameter(name, shape);
    const buffers = Object.fromEntries(optimizer.buffers.map((buffer) => [buffer, builder.parameter(`${name}.${buffer}`, shape)]));
    const held = { name, layer: name, value, buffers };
    const point = optimizer.lookahead?.(rule.optimizer.settings)?.(builder, held) ?? value;
    const gradient = builder.one('subtract', [point, builder.parameter(`${name}.target`, shape)]);
    const mask = masked.includes(name) ? { mask: builder.parameter(`${name}.mask`, shape) } : {};
    return { ...held, decay, point, gradient, ...mask };
  });
  const own = Object.fromEntries(Object.keys(optimizer.scalars).map((name) => [name, builder.input(name, 'scalar', [])]));
  appendUpdate(builder, parameters, rule, { rate: builder.input('rate', 'scalar', []), strength: builder.input('strength', 'scalar', []), own });
  const graph = builder.finish();
  verifyGraph(graph, ops, 'update');
  return { graph, rule };
}

interface Start {
  readonly steps: number;
  readonly rate: number;
  readonly strength?: number;
  readonly a?: readonly number[];
  readonly b?: readonly number[];
  readonly targets?: { readonly a: readonly number[]; readonly b: readonly number[] };
  readonly masks?: ReadonlyMap<string, F64Tensor>;
}

function after({ graph, rule: { optimizer } }: Quadratic, { steps, rate, strength = 1, a = [0, 0, 0, 0], b = [0, 0], targets = { a: [3, 4, 0.3, 0.1], b: [0, 0.2] }, masks = new Map() }: Start): ReadonlyMap<string, readonly number[]> {
  let feeds = new Map<string, F64Tensor>([
    ['a', tensor([2, 2], Float64Array.from(a))],
    ['b', tensor([2], Float64Array.from(b))],
    ['a.target', tensor([2, 2], Float64Array.from(targets.a))],
    ['b.target', tensor([2], Float64Array.from(targets.b))],
    ...optimizers[optimizer.name].buffers.flatMap((buffer) => [[`a.${buffer}`, tensor([2, 2], new Float64Array(4))], [`b.${buffer}`, tensor([2], new Float64Array(2))]] as const),
    ['rate', scalar(rate)],
    ['strength', scalar(strength)],
    ...masks,
  ]);
  for (let step = 1; step <= steps; step++) {
    const own = Object.entries(optimizers[optimizer.name].scalars).map(([name, at]) => [name, scalar(at(optimizer.settings, step))] as const);
    feeds = new Map([...feeds, ...evaluate(graph, ops, new Map([...feeds, ...own])).state]);
  }
  return new Map([...feeds].map(([name, { data }]) => [name, [...data]]));
}

/** Largest difference. */
function distance(found: readonly number[] | undefined, expected: readonly number[]): number {
  const values = present(found, 'values');
  expect(values).toHaveLength(expected.length);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (values[i] ?? NaN))), 0);
}

describe('steps by hand', () => {
  test('momentum and decay, decay on the marked parameter alone', () => {
    const graph = quadratic({ ...plain, optimizer: sgd({ momentum: 0.5, decay: 0.1 }) });
    const start = { rate: 0.1, a: [1, 1, 1, 1], b: [1, 1], targets: { a: [0, 0, 0, 0], b: [0, 0] } };
    // a: g + decay * w = 1.1, m = -0.11, w = 0.89; then m = -0.055 - 0.1 * 1.1 * 0.89, w = w + m
    expect(distance(after(graph, { ...start, steps: 1 }).get('a'), [0.89, 0.89, 0.89, 0.89])).toBeLessThan(1e-12);
    expect(distance(after(graph, { ...start, steps: 2 }).get('a.momentum'), Array.from({ length: 4 }, () => -0.1529))).toBeLessThan(1e-12);
    expect(distance(after(graph, { ...start, steps: 2 }).get('b'), [0.76, 0.76])).toBeLessThan(1e-12);
  });

  test('momentum of Nesterov is that of the usual formula, whose parameter is where the gradient is taken', () => {
    const [rate, momentum, decay] = [0.1, 0.8, 0.05];
    const graph = quadratic({ ...plain, optimizer: sgd({ momentum, decay, nesterov: true }) });
    const state = after(graph, { steps: 5, rate, a: [1, -2, 0.5, 3] });
    // As frameworks write it: v <- momentum * v + g, p <- p - rate * (g + momentum * v).
    const targets = [3, 4, 0.3, 0.1];
    const expected = [1, -2, 0.5, 3].map((start, i) => {
      let [p, v] = [start, 0];
      for (let step = 0; step < 5; step++) {
        const g = p - (targets[i] ?? NaN) + decay * p;
        v = momentum * v + g;
        p -= rate * (g + momentum * v);
      }
      return p;
    });
    const [value, moved] = [present(state.get('a'), 'a'), present(state.get('a.momentum'), 'momentum')];
    expect(distance(value.map((w, i) => w + momentum * (moved[i] ?? NaN)), expected)).toBeLessThan(1e-12);
  });

  test('adam steps by the corrected moments, and decay is no part of them', () => {
    const [rate, beta1, beta2, epsilon, decay] = [0.1, 0.8, 0.9, 0.01, 0.3];
    const graph = quadratic({ ...plain, optimizer: adam({ beta1, beta2, epsilon, decay }) });
    const state = after(graph, { steps: 4, rate, b: [1, -2], a: [1, -2, 0.5, 3] });
    const stepped = (start: number, target: number, shrinks: number): number => {
      let [w, m, v] = [start, 0, 0];
      for (let step = 1; step <= 4; step++) {
        const g = w - target;
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        w -= rate * (m / (1 - beta1 ** step) / (Math.sqrt(v / (1 - beta2 ** step)) + epsilon) + shrinks * w);
      }
      return w;
    };
    expect(distance(state.get('a'), [stepped(1, 3, decay), stepped(-2, 4, decay), stepped(0.5, 0.3, decay), stepped(3, 0.1, decay)])).toBeLessThan(1e-12);
    expect(distance(state.get('b'), [stepped(1, 0, 0), stepped(-2, 0.2, 0)])).toBeLessThan(1e-12);
  });

  test('one proximal step shrinks the joined norm of a group', () => {
    const graph = quadratic({ ...plain, penalties: [rows] });
    const state = after(graph, { steps: 1, rate: 1, targets: { a: [3, 0, 0.3, 0], b: [4, 0.4] } });
    // ||(3, 0, 4)|| = 5, scaled by 1 - 0.5 / 5; ||(0.3, 0, 0.4)|| = 0.5 is exactly the threshold.
    expect(distance(state.get('a'), [2.7, 0, 0, 0])).toBeLessThan(1e-12);
    expect(distance(state.get('b'), [3.6, 0])).toBeLessThan(1e-12);
    expect(distance(state.get('a.momentum'), [2.7, 0, 0, 0])).toBeLessThan(1e-12);
  });

  test('crossing structures are mapped in order', () => {
    const graph = quadratic({ ...plain, penalties: [rows, columns] });
    const state = after(graph, { steps: 1, rate: 1, strength: 2, targets: { a: [3, 4, 0, 0.5], b: [0, 0] } });
    // Rows first: (3, 4) * (1 - 1/5), (0, 0.5) dies; then columns by 0.5: 2.4 - 0.5, 3.2 - 0.5.
    expect(distance(state.get('a'), [1.9, 2.7, 0, 0])).toBeLessThan(1e-12);
  });

  test('a zero strength is the plain step', () => {
    const start = { steps: 7, rate: 0.3, strength: 0, a: [1, -1, 2, 0], b: [0.5, 3] };
    const penalized = after(quadratic({ ...plain, optimizer: sgd({ momentum: 0.9, decay: 0.01 }), penalties: [rows, columns] }), start);
    const unpenalized = after(quadratic({ ...plain, optimizer: sgd({ momentum: 0.9, decay: 0.01 }) }), start);
    for (const name of ['a', 'b', 'a.momentum', 'b.momentum']) expect(distance(penalized.get(name), present(unpenalized.get(name), name))).toBeLessThan(1e-12);
  });

  test('subgradient steps go against the direction of a group and clamp what is small', () => {
    const graph = quadratic({ ...plain, method: 'subgradient', penalties: [rows] });
    const start = { a: [3, 0, 0.00015, 0], b: [4, 0], targets: { a: [3, 0, 0.00015, 0], b: [4, 0] } };
    const state = after(graph, { ...start, steps: 1, rate: 0.9e-4 });
    // lambda * w / ||w|| = 0.5 * (3, 0, 4) / 5; in the second group 0.5 * 1, which leaves 1.05e-4 of 1.5e-4.
    expect(distance(state.get('a'), [3 - 0.27e-4, 0, 1.05e-4, 0])).toBeLessThan(1e-9);
    expect(distance(state.get('b'), [4 - 0.36e-4, 0])).toBeLessThan(1e-9);
    expect(after(graph, { ...start, steps: 1, rate: 1.1e-4 }).get('a')?.[2]).toBe(0);
  });
});

describe('fixed points', () => {
  const closedForm = (target: readonly number[], lambda: number): number[] => {
    const norm = Math.hypot(...target);
    return target.map((t) => t * Math.max(0, 1 - lambda / norm));
  };

  test.each([
    [0, false],
    [0.5, false],
    [0.9, false],
    [0.5, true],
    [0.9, true],
  ])('momentum %s, of Nesterov %s: the iterates reach the optimum of the penalised quadratic', (momentum, nesterov) => {
    const targets = { a: [3, 4, 0.3, 0.1], b: [-1, 0.2] };
    const state = after(quadratic({ ...plain, optimizer: sgd({ momentum, nesterov }), penalties: [rows] }), { steps: 600, rate: 0.1, strength: 1.5, targets });
    const [a0, a1, b0] = closedForm([3, 4, -1], 0.75) as [number, number, number];
    expect(distance(state.get('a'), [a0, a1, 0, 0])).toBeLessThan(1e-9);
    expect(distance(state.get('b'), [b0, 0])).toBeLessThan(1e-9);
    expect(state.get('a')?.slice(2).every((value) => value === 0)).toBe(true);
  });
});

// Of adam a lambda is no force but a share: where it rests, g / (|g| + epsilon) = -lambda * w / ||w||. In a group of n
// weights whose targets are all t, each is r = lambda / sqrt(n) of it, so that w = t - epsilon * r / (1 - r).
describe('fixed points of adam', () => {
  const epsilon = 0.5;
  const rest = (target: number, lambda: number): readonly number[] => {
    const targets = { a: [target, target, 0, 0], b: [target, 0] };
    const state = after(quadratic({ ...plain, optimizer: adam({ beta1: 0.5, beta2: 0.9, epsilon }), penalties: [rows] }), { steps: 3000, rate: 0.05, strength: 2 * lambda, a: [0.7, 0.7, 0, 0], b: [0.7, 0], targets });
    return [...present(state.get('a'), 'a').slice(0, 2), state.get('b')?.[0] ?? NaN];
  };

  test.each([0.3, 0.8, 1.2])('lambda %s shrinks by the closed form', (lambda) => {
    const share = lambda / Math.sqrt(3);
    const shrunk = 4 - (epsilon * share) / (1 - share);
    expect(distance(rest(4, lambda), [shrunk, shrunk, shrunk])).toBeLessThan(1e-6);
  });

  test('lambda of sqrt(n) brings a group to zero, however far its optimum', () => {
    expect(rest(4, Math.sqrt(3))).toEqual([0, 0, 0]);
  });
});

test('masks hold values and buffers at zero', () => {
  const masks = new Map<string, F64Tensor>([
    ['a.mask', tensor([2, 2], Float64Array.of(1, 1, 0, 0))],
    ['b.mask', tensor([2], Float64Array.of(0, 1))],
  ]);
  const optimizersWithDecay = [sgd({ momentum: 0.9, decay: 0.01 }), sgd({ momentum: 0.9, decay: 0.01, nesterov: true }), adam({ decay: 0.01 })];
  for (const rule of optimizersWithDecay.flatMap((optimizer) => [{ ...plain, optimizer }, { ...plain, optimizer, penalties: [columns] }])) {
    const state = after(quadratic(rule, ['a', 'b']), { steps: 3, rate: 0.1, a: [1, 1, 0.5, 0.5], b: [1, 1], masks });
    const { buffers } = optimizers[rule.optimizer.name];
    for (const name of ['a', ...buffers.map((buffer) => `a.${buffer}`)]) {
      const [kept, , dead, dead2] = present(state.get(name), name);
      expect([Math.abs(kept ?? 0) > 0, Math.abs(dead ?? 1), Math.abs(dead2 ?? 1)]).toEqual([true, 0, 0]);
    }
    for (const name of ['b', ...buffers.map((buffer) => `b.${buffer}`)]) expect(Math.abs(state.get(name)?.[0] ?? 1)).toBe(0);
    expect(state.get('b')?.[1]).not.toBe(0);
  }
});
