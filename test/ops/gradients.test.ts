// Every gradient rule against central differences of the op's float64 reference. The loss is the sum of the
// results times random cotangents.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { F64Tensor, Op } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { differentiable, gradientGraph } from './gradient-graph.ts';
import { draw, relativeDifference } from './support.ts';

const step = 1e-5;

interface Built {
  readonly lossAt: (feeds: ReadonlyMap<string, F64Tensor>) => number;
  readonly gradients: (feeds: ReadonlyMap<string, F64Tensor>) => ReadonlyMap<string, F64Tensor>;
  readonly feeds: ReadonlyMap<string, F64Tensor>;
}

/** The op on parameters `operand0`, `operand1`, ... and the gradients of those in `by`. */
function build(op: Op, seed: number, by: (operand: number) => boolean): Built {
  const { graph, results, feeds } = gradientGraph(op, seed, by);
  return {
    lossAt: (at) => {
      const { values: valueOf } = evaluate(graph, ops, at);
      return results.reduce((sum, value, i) => {
        const weight = present(at.get(`cotangent${i}`), 'cotangent').data;
        return valueOf(value).data.reduce((part, element, e) => part + element * (weight[e] as number), sum);
      }, 0);
    },
    gradients: (at) => evaluate(graph, ops, at).outputs,
    feeds,
  };
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** The worst relative difference over the operands. */
function gradientError(op: Op, seed: number, by: (operand: number) => boolean): number {
  const { lossAt, gradients, feeds } = build(op, seed, by);
  let worst = 0;
  for (const [name, gradient] of gradients(feeds)) {
    const { shape, data } = present(feeds.get(name), name);
    const moved = (i: number, delta: number): number => lossAt(new Map([...feeds, [name, tensor(shape, data.with(i, (data[i] as number) + delta))]]));
    const differences = data.map((_, i) => (moved(i, step) - moved(i, -step)) / (2 * step));
    // Where a gradient vanishes altogether, differences are rounding noise: counted by the hundredth.
    worst = Math.max(worst, largest(gradient.data) < 1e-6 ? largest(differences) / 100 : relativeDifference(gradient.data, differences));
  }
  return worst;
}

describe('gradients agree with central differences', () => {
  for (const [name, op] of ops) {
    // `normalize` takes statistics of its own operand: checked through batch_norm's training form.
    if (op.training.kind === 'constant' || op.name === 'normalize') continue;
    test(`gradients of ${name}`, () => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          expect(gradientError(op, seed, differentiable[op.name] ?? (() => true))).toBeLessThan(1e-6);
        }),
        { numRuns: 15 },
      );
    });
  }
});

test.each(['cross_entropy', 'squared_error'])("%s's last result is the gradient of the mean loss", (name) => {
  const op = present(ops.get(name), name);
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { attrs, batch, operands } = draw(op, seed);
      const [logits, ...rest] = operands as [F64Tensor, ...F64Tensor[]];
      const lossAt = (data: Float64Array): number => {
        const [loss] = op.reference(attrs, [{ shape: logits.shape, data }, ...rest], batch);
        return present(loss, 'loss').data.reduce((sum, value) => sum + value, 0) / batch.samples;
      };
      const moved = (i: number, delta: number): Float64Array => logits.data.with(i, (logits.data[i] as number) + delta);
      const differences = logits.data.map((_, i) => (lossAt(moved(i, step)) - lossAt(moved(i, -step))) / (2 * step));
      const gradient = op.reference(attrs, operands, batch).at(-1);
      const found = present(gradient, 'gradient').data;
      expect(found.every((g, i) => Math.abs(g - (differences[i] as number)) < 1e-9)).toBe(true);
    }),
    { numRuns: 20 },
  );
});
