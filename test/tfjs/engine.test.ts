// The engine of TensorFlow.js against that of emitted code: the same passes over the same samples.

import { afterEach, describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import { startEngine } from '../../src/engine/engine.ts';
import type { Engine, PassRequest } from '../../src/engine/engine.ts';
import type { PhaseRequest } from '../../src/engine/phase-module.ts';
import { shareSplit } from '../../src/engine/shared-data.ts';
import { startTfjsEngine } from '../../src/engine/tfjs/tfjs-engine.ts';
import type { Model } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { epochCrops } from '../../src/train/augment.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { modelOf, optionsSource, smallSource, stripes } from '../engine/fixture.ts';
import { relativeDifference } from '../ops/support.ts';
import { ofEngine, tf } from './tfjs.ts';

const [steps, batch] = [5, 16];
const dataset = stripes(100, 50);
const data = { training: shareSplit(dataset.training), test: shareSplit(dataset.test) };
const order = Uint32Array.from({ length: steps * batch }, (_, i) => (i * 37) % 100);

/** What a step reads anew. */
const scalars = new Map(
  ['rate', 'first_correction', 'second_correction'].map((name) => [name, Float32Array.from({ length: steps }, (_, i) => (name === 'rate' ? 0.05 / (1 + i) : 1 + 1 / (1 + i)))]),
);
const pass = { program: 'step', split: 'training', from: 0, to: steps, order, scalars, firstStep: 40, seed: 2 ** 31 - 3 } as const satisfies PassRequest;
const evaluation = { program: 'evaluate', split: 'test', from: 0, to: 4, order: Uint32Array.from({ length: 50 }, (_, i) => i), firstStep: 0, seed: 9 } as const satisfies PassRequest;

function requestOf(model: Model, name: string): PhaseRequest {
  const spec = present(model.train?.phases.find((phase) => phase.name === name), name);
  const groups = groupSets(model.network, ops, model.penalties);
  return { spec, groups: name === 'sparsify' ? groups : [], masked: name === 'finetune' ? new Set(groups.flatMap(({ members }) => members.map(({ parameter }) => parameter))) : new Set() };
}

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

/** Both engines in the phase, with the same tensors: parameters as drawn, a third of what is masked zero. */
async function bothIn(model: Model, name: string, change: (drawn: Tensor) => Tensor = (drawn) => drawn): Promise<readonly [tfjs: Engine, wasm: Engine]> {
  const phases = [requestOf(model, name)];
  const tfjs = startTfjsEngine(ofEngine, { model, phases, data }, ops);
  const wasm = startEngine({ model, phases, data, threads: 1 }, ops);
  engines.push(tfjs, wasm);
  const start = new Map<string, Tensor>();
  for (const engine of [wasm, tfjs]) {
    await engine.enter(0);
    for (const [tensorName, { shape, data: held }] of engine.read()) if (tensorName.endsWith('.mask')) start.set(tensorName, { shape, data: held.map((_, i) => (i % 3 === 0 ? 0 : 1)) });
    engine.write(new Map([...start, ...[...initialParameters(model.network, 5)].map(([tensorName, drawn]) => [tensorName, change(drawn)] as const)]));
  }
  return [tfjs, wasm];
}

/** What is otherwise after the same pass, but for rounding. */
async function differencesOf([tfjs, wasm]: readonly [Engine, Engine], request: PassRequest): Promise<readonly string[]> {
  const [found, wanted] = [await tfjs.run(request), await wasm.run(request)];
  const expected = wasm.read();
  const tensors = tfjs.read();
  const isAlike = (name: string): boolean => {
    const [own, other] = [tensors.get(name)?.data ?? [], present(expected.get(name), name).data];
    return own.length === other.length && (relativeDifference(own, other) < 1e-3 || largest(other) < 1e-6);
  };
  const checks: Readonly<Record<string, boolean>> = {
    end: found.done === wanted.done && !found.diverged && !wanted.diverged,
    loss: Math.abs(found.loss - wanted.loss) < 1e-4 * wanted.loss,
    'loss of the batch': Math.abs(found.batchLoss - wanted.batchLoss) < 1e-4 * wanted.batchLoss,
    'right answers': Math.abs(found.correct - wanted.correct) <= 1,
    names: tensors.size === expected.size,
    ...Object.fromEntries([...expected.keys()].map((name) => [name, isAlike(name)])),
  };
  return Object.keys(checks).filter((name) => !checks[name]);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

describe.each([
  ['small', smallSource],
  // Without the bias, whose gradient before a norm is rounding alone: Adam makes whole steps of it.
  ['other optimizers, clipped gradients, smoothed labels', optionsSource.replace('window = 3', 'window = 3, bias = false')],
  ['groups that cross, ADMM', smallSource.replace(/weighting = one[^}]*\}/, 'admm filters of conv1 keep 50%\n  admm neurons, inputs of fc1 keep 50%\n}')],
])('%s', (_, source) => {
  const model = modelOf(source);
  test.each(['baseline', 'sparsify', 'finetune'])('steps and an evaluation of %s', async (name) => {
    const both = await bothIn(model, name);
    expect(await differencesOf(both, pass)).toEqual([]);
    expect(await differencesOf(both, evaluation)).toEqual([]);
  });
});

const model = modelOf(smallSource);

test('images that are moved and mirrored, and classes that are weighed', async () => {
  const crops = epochCrops({ pad: [3, 2], mirror: true }, 7, 'baseline', 1, order);
  expect(await differencesOf(await bothIn(model, 'baseline'), { ...pass, crops, lossWeights: Float32Array.of(0.5, 2, 1) })).toEqual([]);
});

test('a pass goes on from its sums, and from the batch that it was paused behind', async () => {
  const [whole] = await bothIn(model, 'sparsify');
  const [parts] = await bothIn(model, 'sparsify');
  const end = await whole.run(pass);
  const running = parts.run(pass);
  parts.pause();
  const first = await running;
  expect(first.done).toBe(1);
  expect(parts.progress()).toMatchObject({ done: 1, loss: first.loss });
  expect(await parts.run({ ...pass, from: 1, sums: first })).toEqual(end);
  expect(parts.read()).toEqual(whole.read());
});

test('a pause lets evaluations end', async () => {
  const [engine] = await bothIn(model, 'sparsify');
  const running = engine.run(evaluation);
  engine.pause();
  expect((await running).done).toBe(4);
});

test('a loss that is not finite ends a pass behind its step, and no evaluation', async () => {
  const [engine] = await bothIn(model, 'sparsify', ({ shape, data: values }) => ({ shape, data: values.map(() => 3e38) }));
  expect(await engine.run(evaluation)).toMatchObject({ done: 4, diverged: false });
  expect(await engine.run(pass)).toMatchObject({ done: 1, diverged: true });
});

test('reads into what it is given, and keeps no hold on what is written', async () => {
  const [engine] = await bothIn(model, 'baseline');
  const held = engine.read();
  const before = new Map([...held].map(([name, { data: values }]) => [name, values.slice()]));
  for (const { data: values } of held.values()) values.fill(7);
  expect(engine.read(held)).toEqual(held);
  for (const [name, { data: values }] of held) expect(values).toEqual(before.get(name));
  engine.write(held);
  for (const { data: values } of held.values()) values.fill(stream(1, 'other').uniform(0));
  for (const [name, { data: values }] of engine.read()) expect(values).toEqual(before.get(name));
});

test('nothing is left behind by steps, evaluations, writes, phases and engines', async () => {
  const before = tf.memory().numTensors;
  const [engine] = await bothIn(model, 'sparsify');
  const entered = tf.memory().numTensors;
  for (const request of [pass, evaluation, pass]) await engine.run(request);
  engine.write(engine.read());
  await engine.enter(0);
  expect(tf.memory().numTensors).toBe(entered);
  await engine.close();
  expect(tf.memory().numTensors).toBe(before);
});
