// How far a training step's kernels are from the float64 evaluation of its graph.

import { present } from '../../src/base/invariant.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Batch } from '../../src/ir/graph.ts';
import type { Network } from '../../src/ir/network.ts';
import { lowerTraining } from '../../src/lower/lower.ts';
import { ops } from '../../src/ops/index.ts';
import { evaluationGraph } from '../../src/train/evaluation-graph.ts';
import { start } from './harness.ts';
import type { Engine } from './harness.ts';
import { trainingCase } from './training-cases.ts';
import type { Update } from './training-cases.ts';

/** Of one tensor: the largest difference over the largest value, or over `floor`. */
function relativeError(found: ArrayLike<number>, expected: Float64Array, floor: number): number {
  let [difference, largest] = [0, floor];
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    const error = Math.abs(value - (found[i] ?? NaN));
    difference = Math.max(difference, Number.isNaN(error) ? Infinity : error);
  }
  return difference / largest;
}

/**
 * The worst relative error of two steps from the same start: the change of every parameter and of every
 * state, the losses; then of an evaluation with the parameters that the steps left.
 */
export function stepErrors(network: Network, update: Update, batch: Batch, seed: number, engine: Engine): ReadonlyMap<string, number> {
  const { graph, feeds } = trainingCase(network, update, batch, seed);
  const evaluation = evaluationGraph(network, batch, ops);
  const running = start(lowerTraining({ step: graph, evaluate: evaluation }, ops, engine.machine), engine);
  running.write(feeds);
  const errors = new Map<string, number>();
  const note = (name: string, error: number): void => void errors.set(name, Math.max(errors.get(name) ?? 0, error));
  let now = feeds;
  for (let step = 0; step < 2; step++) {
    running.run('step');
    const { outputs, state } = evaluate(graph, ops, now);
    for (const [name, { data }] of outputs) note(name, relativeError(running.read(`step/${name}`).data, data, 1));
    for (const [name, { data }] of state) {
      const before = present(now.get(name), name).data;
      const found = running.read(name).data;
      note(name, relativeError(found.map((value, i) => value - Math.fround(before[i] ?? NaN)), data.map((value, i) => value - Math.fround(before[i] ?? NaN)), 1e-6));
    }
    // The kernels go on from what they have: errors of one step do not count twice.
    now = new Map([...now, ...[...state.keys()].map((name) => [name, { shape: present(now.get(name), name).shape, data: Float64Array.from(running.read(name).data) }] as const)]);
  }
  running.run('evaluate');
  for (const [name, { data }] of evaluate(evaluation, ops, now).outputs) note(`evaluate/${name}`, relativeError(running.read(`evaluate/${name}`).data, data, 1));
  return errors;
}

export function stepError(network: Network, update: Update, batch: Batch, seed: number, engine: Engine): number {
  return Math.max(...stepErrors(network, update, batch, seed, engine).values());
}
