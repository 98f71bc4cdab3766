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

const largest = (data: Float64Array): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * Of one tensor: the largest difference over the largest value, or over `floor`.
 * @param added What the values were added to, in f32, before they were read as a difference: its rounding is none of theirs.
 */
function relativeError(found: ArrayLike<number>, expected: Float64Array, floor: number, added?: Float64Array): number {
  let difference = 0;
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(value - (found[i] ?? NaN)) - 2 ** -24 * Math.abs(added?.[i] ?? 0);
    difference = Math.max(difference, Number.isNaN(error) ? Infinity : error);
  }
  return difference / Math.max(floor, largest(expected));
}

/**
 * The worst relative error of two steps from the same start: the change of every parameter and of every
 * state, the losses; then of an evaluation with the parameters that the steps left.
 * @param share Of the largest change of all: smaller ones are measured as if they were that large.
 */
export function stepErrors(network: Network, update: Update, batch: Batch, seed: number, engine: Engine, share = 0): ReadonlyMap<string, number> {
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
    const before = now;
    const change = (name: string, data: ArrayLike<number>): Float64Array => present(before.get(name), name).data.map((value, i) => (data[i] ?? NaN) - Math.fround(value));
    const changes = new Map([...state].map(([name, { data }]) => [name, change(name, data)]));
    const floor = Math.max(1e-6, share * Math.max(...[...changes.values()].map(largest)));
    for (const [name, expected] of changes) note(name, relativeError(change(name, running.read(name).data), expected, floor, before.get(name)?.data));
    // The kernels go on from what they have: errors of one step do not count twice.
    now = new Map([...now, ...[...state.keys()].map((name) => [name, { shape: present(now.get(name), name).shape, data: Float64Array.from(running.read(name).data) }] as const)]);
  }
  running.run('evaluate');
  for (const [name, { data }] of evaluate(evaluation, ops, now).outputs) note(`evaluate/${name}`, relativeError(running.read(`evaluate/${name}`).data, data, 1));
  return errors;
}

export function stepError(network: Network, update: Update, batch: Batch, seed: number, engine: Engine, share = 0): number {
  return Math.max(...stepErrors(network, update, batch, seed, engine, share).values());
}
