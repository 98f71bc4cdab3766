// Our ops against those of TensorFlow.js: values of the float64 reference, and the gradients that autodiff gives, within what
// single precision explains.

import { expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { differentiable, gradientGraph } from '../ops/gradient-graph.ts';
import { draw, relativeDifference } from '../ops/support.ts';
import type { Drawn } from '../ops/support.ts';
import { crossEntropy, oracles, squaredError } from './oracles.ts';
import { fromTfjs, tf, toTfjs } from './tfjs.ts';
import type { Tensor } from './tfjs.ts';

/** Samples of each op. */
const seeds = Array.from({ length: 120 }, (_, seed) => seed);

/** Relative to the largest value: some 30 units of rounding of an f32. */
const tolerance = 2e-6;

/** Of the samples that it has: differences of values, of gradients, and of those gradients that it is known to have wrong. */
function differencesOf(name: string): Record<'values' | 'gradients' | 'wrong', readonly number[]> {
  const [op, oracle] = [present(ops.get(name), name), present(oracles[name], name)];
  const by = differentiable[name] ?? ((): boolean => true);
  const [values, gradients, wrong] = [[], [], []] as [number[], number[], number[]];
  for (const seed of seeds) {
    const { graph, sample: { attrs, inputs }, results, feeds } = gradientGraph(op, seed, by);
    if (oracle.has?.(attrs, inputs) === false) continue;
    const feed = (leaf: string): Tensor => toTfjs(present(feeds.get(leaf), leaf));
    const expected = evaluate(graph, ops, feeds);
    const result = expected.values(present(results[0], 'result'));
    tf.tidy(() => {
      const operands = inputs.map((_, i) => feed(`operand${i}`));
      const forward = (...xs: Tensor[]): Tensor => oracle.forward([...xs, ...operands.slice(xs.length)], attrs, result.shape);
      const found = fromTfjs(forward(...operands));
      expect(found.shape).toEqual(result.shape);
      values.push(relativeDifference(found.data, result.data));
      if (oracle.differentiates?.(attrs, inputs) === false) return;
      const byOperand = tf.grads(forward)(operands.filter((_, i) => by(i)), feed('cotangent0'));
      const worst = byOperand.map((gradient, i) => relativeDifference(fromTfjs(gradient).data, present(expected.outputs.get(`operand${i}`), `gradient by operand ${i}`).data));
      (oracle.errs?.(attrs, inputs) ? wrong : gradients).push(...worst);
    });
  }
  return { values, gradients, wrong };
}

test.each(Object.keys(oracles))('%s', (name) => {
  const { values, gradients, wrong } = differencesOf(name);
  expect(values.length).toBeGreaterThan(0);
  expect(Math.max(...values)).toBeLessThan(tolerance);
  expect(Math.max(0, ...gradients)).toBeLessThan(tolerance);
  // Were they right, there would be no reason to leave them out.
  expect(wrong.length === 0 || Math.max(...wrong) > 0.1).toBe(true);
});

test.each(['cross_entropy', 'squared_error'] as const)('%s', (name) => {
  const op = present(ops.get(name), name);
  for (const seed of seeds) {
    const { attrs, operands: [answer, labels, weights], batch } = draw(op, seed) as Drawn & { readonly operands: readonly [F64Tensor, F64Tensor, F64Tensor] };
    // Of a single class it has no loss.
    if (answer.shape[1] === 1 && name === 'cross_entropy') continue;
    const expected = op.reference(attrs, [answer, labels, weights], batch);
    tf.tidy(() => {
      const smoothing = attrs['smoothing'] as number | undefined;
      const lossOf = (x: Tensor): Tensor => (name === 'cross_entropy' ? crossEntropy(x, toTfjs(labels), smoothing ?? 0) : squaredError(x, toTfjs(labels)));
      const weighted = (x: Tensor): Tensor => tf.mul(lossOf(x), toTfjs(weights));
      expect(relativeDifference(fromTfjs(weighted(toTfjs(answer))).data, present(expected[0], 'loss').data)).toBeLessThan(tolerance);
      const [gradient] = tf.grads((x) => tf.mean(weighted(x), [0]))([toTfjs(answer)]);
      expect(relativeDifference(fromTfjs(present(gradient, 'gradient')).data, present(expected.at(-1), 'gradient').data)).toBeLessThan(tolerance);
    });
  }
});
