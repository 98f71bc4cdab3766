import { afterEach, describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { startEngine } from '../../src/engine/engine.ts';
import { phaseGraphs } from '../../src/engine/phase-module.ts';
import type { PhaseRequest } from '../../src/engine/phase-module.ts';
import { shareSplit } from '../../src/engine/shared-data.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Model } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { cropAt, epochCrops } from '../../src/train/augment.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { contentsOf } from '../data/samples.ts';
import { modelOf, smallSource, stripes } from './fixture.ts';

const model = modelOf(smallSource);
const dataset = stripes(100, 50);
const pixels = contentsOf(dataset.training.samples);
const data = { training: shareSplit(dataset.training), test: shareSplit(dataset.test) };
const groups = groupSets(model.network, ops, model.penalties);
const steps = 5;
const batch = 16;

function request(name: 'sparsify' | 'finetune', of: Model = model): PhaseRequest {
  const spec = present(of.train?.phases.find((phase) => phase.name === name), name);
  return { spec, groups: name === 'sparsify' ? groups : [], masked: name === 'finetune' ? new Set(['conv1.weight', 'fc1.bias']) : new Set() };
}

const order = Uint32Array.from({ length: steps * batch }, (_, i) => (i * 37) % 100);
const rates = Float32Array.from({ length: steps }, (_, i) => 0.05 / (1 + i));
const pass = { program: 'step', split: 'training', from: 0, to: steps, order, scalars: new Map([['rate', rates]]), firstStep: 40, seed: 9 } as const;
const evaluation = { program: 'evaluate', split: 'test', from: 0, to: 4, order: Uint32Array.from({ length: 50 }, (_, i) => i), firstStep: 0, seed: 9 } as const;

const engines: Engine[] = [];
async function engineOf(phase: PhaseRequest, threads: number): Promise<Engine> {
  // All of them, however little there is to do.
  const engine = startEngine({ model, phases: [phase], data, threads, share: () => threads }, ops);
  engines.push(engine);
  await engine.enter(0);
  return engine;
}
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

/** Parameters as drawn, masks of which a part is zero. */
function begin(engine: Engine): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>(engine.read());
  for (const [name, { shape, data: values }] of initialParameters(model.network, 5)) tensors.set(name, { shape, data: values });
  for (const [name, { shape, data: values }] of tensors) if (name.endsWith('.mask')) tensors.set(name, { shape, data: values.map((_, i) => (i % 3 === 0 ? 0 : 1)) });
  engine.write(tensors);
  return tensors;
}

/** The samples of a batch as they are shown, and what they weigh. */
interface Shown {
  readonly pixel: (position: number, element: number) => number;
  readonly weight: (label: number) => number;
}

const asTheyCome: Shown = {
  pixel: (position, element) => pixels[(order[position] ?? 0) * 64 + element] ?? 0,
  weight: () => 1,
};

/** The same batches through the float64 interpreter. */
function reference(phase: PhaseRequest, start: ReadonlyMap<string, Tensor>, { pixel, weight }: Shown = asTheyCome): { readonly losses: number[]; readonly tensors: ReadonlyMap<string, F64Tensor> } {
  const graph = phaseGraphs(model, phase, ops).step;
  let feeds = new Map<string, F64Tensor>([...start].map(([name, { shape, data: values }]) => [name, tensor(shape, Float64Array.from(values))]));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const samples = order.subarray(step * batch, (step + 1) * batch);
    const scalar = (value: number): F64Tensor => tensor([], Float64Array.of(value));
    const pixels = Float64Array.from({ length: batch * 64 }, (_, i) => Math.fround(pixel(step * batch + Math.floor(i / 64), i % 64) / 255));
    feeds.set('sample', tensor([batch, 1, 8, 8], pixels));
    feeds.set('label', tensor([batch], Float64Array.from(samples, (i) => dataset.training.labels[i] ?? 0)));
    feeds.set('sample-weight', tensor([batch], Float64Array.from(samples, (i) => weight(dataset.training.labels[i] ?? 0))));
    for (const [name, value] of [['rate', rates[step] ?? 0], ['strength', 1], ['step', 40 + step], ['seed', 9]] as const) feeds.set(name, scalar(value));
    const { outputs, state } = evaluate(graph, ops, feeds);
    losses.push(present(outputs.get('loss'), 'loss').data.reduce((sum, loss) => sum + loss, 0));
    feeds = new Map([...feeds, ...state]);
  }
  return { losses, tensors: feeds };
}

describe.each(['sparsify', 'finetune'] as const)('the emitted step of %s', { timeout: 30_000 }, (name) => {
  const phase = request(name);

  test('agrees with the float64 interpreter', async () => {
    const engine = await engineOf(phase, 2);
    const expected = reference(phase, begin(engine));
    const end = await engine.run(pass);
    const total = expected.losses.reduce((sum, loss) => sum + loss, 0);
    expect(Math.abs(end.loss - total)).toBeLessThan(1e-4 * total);
    expect(end).toMatchObject({ done: steps, diverged: false });
    for (const [tensorName, found] of engine.read()) {
      const wanted = present(expected.tensors.get(tensorName), tensorName).data;
      const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
      const worst = found.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted[i] ?? NaN))), 0);
      expect({ tensorName, close: worst <= 2e-4 * scale, worst, scale }).toMatchObject({ tensorName, close: true });
    }
  });

  test('agrees with it where images are moved and mirrored, and classes weighed', async () => {
    const engine = await engineOf(phase, 2);
    const crops = epochCrops({ pad: [3, 2], mirror: true }, 7, 'baseline', 1, order);
    const lossWeights = Float32Array.of(0.5, 2, 1);
    const pixel = (position: number, element: number): number => {
      const { down, right, mirrored } = cropAt(crops, position);
      const [y, x] = [Math.floor(element / 8) + down, (mirrored === 1 ? 7 - (element % 8) : element % 8) + right];
      return y < 0 || y > 7 || x < 0 || x > 7 ? 0 : asTheyCome.pixel(position, y * 8 + x);
    };
    const expected = reference(phase, begin(engine), { pixel, weight: (label) => lossWeights[label] ?? NaN });
    const { loss, correct } = await engine.run({ ...pass, crops, lossWeights });
    const total = expected.losses.reduce((sum, each) => sum + each, 0);
    expect(Math.abs(loss - total)).toBeLessThan(1e-4 * total);
    expect(Number.isInteger(correct)).toBe(true);
  });

  test('answers the same bits on 1, 2 and 3 threads', async () => {
    const results: unknown[] = [];
    for (const threads of [1, 2, 3]) {
      const engine = await engineOf(phase, threads);
      begin(engine);
      const end = await engine.run({ ...pass, crops: epochCrops({ pad: [2, 2], mirror: true }, 7, 'baseline', 1, order) });
      results.push({ end, tensors: engine.read(), judged: await engine.run(evaluation) });
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

test('a pass in parts answers what the whole does', async () => {
  const engine = await engineOf(request('sparsify'), 2);
  begin(engine);
  const whole = await engine.run(pass);
  const tensors = engine.read();
  await engine.enter(0);
  begin(engine);
  const part = await engine.run({ ...pass, to: 2 });
  const middle = engine.read();
  await engine.enter(0);
  engine.write(middle);
  expect(await engine.run({ ...pass, from: 2, sums: part })).toEqual(whole);
  expect(engine.read()).toEqual(tensors);
});

test('an evaluation between steps, in the memory of their temporaries, leaves no trace', async () => {
  // Behind a pool, so that a temporary has padding that must stay zero.
  const padded = modelOf(smallSource.replace('fc1   = dropout(relu(dense(pool1,', 'conv2 = conv(pool1, filters = 4, window = 3, padding = 1)\n  fc1   = dropout(relu(dense(conv2,'));
  const engine = startEngine({ model: padded, phases: [{ ...request('finetune', padded), masked: new Set() }], data, threads: 2, share: () => 2 }, ops);
  engines.push(engine);
  const beginAnew = async (): Promise<void> => {
    await engine.enter(0);
    engine.write(initialParameters(padded.network, 5));
  };
  await beginAnew();
  const whole = await engine.run(pass);
  const tensors = engine.read();
  await beginAnew();
  const part = await engine.run({ ...pass, to: 2 });
  const middle = engine.read();
  const judged = await engine.run(evaluation);
  expect(await engine.run({ ...pass, from: 2, sums: part })).toEqual(whole);
  expect(engine.read()).toEqual(tensors);
  await engine.enter(0);
  engine.write(middle);
  expect(await engine.run(evaluation)).toEqual(judged);
});

test('an evaluation counts each sample once, and padding not at all', async () => {
  const engine = await engineOf(request('sparsify'), 2);
  begin(engine);
  const { loss, correct } = await engine.run(evaluation);
  let [sum, right] = [0, 0];
  for (let i = 0; i < 50; i++) {
    const one = await engine.run({ ...evaluation, to: 1, order: Uint32Array.of(i) });
    sum += one.loss;
    right += one.correct;
  }
  expect(Math.abs(sum - loss)).toBeLessThan(1e-4);
  expect(right).toBe(correct);
});

test('a pause stops at the end of a batch, and the pass goes on from there', async () => {
  const engine = await engineOf(request('sparsify'), 2);
  begin(engine);
  const running = engine.run(pass);
  engine.pause();
  const { done } = await running;
  expect(done).toBeGreaterThan(0);
  const rest = await engine.run({ ...pass, from: Math.min(done, steps - 1) });
  expect(rest.done).toBe(steps);
});

test('a loss that is not finite stops steps, and no evaluation', async () => {
  const engine = await engineOf(request('sparsify'), 2);
  const tensors = begin(engine);
  const { shape, data: values } = present(tensors.get('fc2.weight'), 'fc2.weight');
  engine.write(new Map([['fc2.weight', { shape, data: values.map(() => 3e38) }]]));
  expect(await engine.run(pass)).toMatchObject({ done: 1, diverged: true });
  expect(await engine.run(evaluation)).toMatchObject({ done: evaluation.to, diverged: false });
});
