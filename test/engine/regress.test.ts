// Networks that answer with numbers, trained to a function that is known: the emitted step against float64, a run to its
// end, and one that is stopped and goes on.

import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import { tensor } from '../../src/base/tensor.ts';
import type { Dataset, Split } from '../../src/data/dataset.ts';
import { train } from '../../src/driver/run/train.ts';
import type { RunSummary } from '../../src/driver/run/run-summary.ts';
import { startEngine } from '../../src/engine/engine.ts';
import { phaseGraphs } from '../../src/engine/phase-module.ts';
import { shareSplit } from '../../src/engine/shared-data.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { modelOf } from './fixture.ts';

const root = mkdtempSync(path.join(tmpdir(), 'ssl-regress-'));
afterAll(() => rm(root, { recursive: true, force: true }));

/** Samples of normal numbers, answered by a function of them. */
function samplesOf(name: string, count: number, size: number, answer: (sample: Float32Array) => readonly number[]): Split {
  const draws = stream(5, name);
  const samples = Float32Array.from({ length: count * size }, (_, i) => draws.normal(i));
  const answers = Array.from({ length: count }, (_, n) => answer(samples.subarray(n * size, (n + 1) * size)));
  return { count, samples, labels: Float32Array.from(answers.flat()) };
}

/** Two numbers, of four of ten. */
const linear = (x: Float32Array): readonly number[] => [0.3 + 1.5 * at(x, 1) - 2 * at(x, 4), at(x, 7) - 0.5 * at(x, 8) - 1];
const at = (x: Float32Array, i: number): number => present(x[i], 'number');
const vectors: Dataset = { name: 'vectors', shape: [10], classes: 0, targetShape: [2], training: samplesOf('training', 600, 10, linear), test: samplesOf('test', 100, 10, linear) };

const source = `
network Linear(x: tensor[10]) {
  return dense(x, units = 2)
}
sparsity {
  weighting = one
  lasso inputs of output strength 0.05
}
train on "vectors" {
  task = regress
  baseline { epochs = 3, rate = 0.05, batch = 25 }
  sparsify { epochs = 10 }
  finetune { epochs = 12, keep = best, patience = 4 }
  control {}
  seed = 2
}
`;

describe('a linear function', { timeout: 60_000 }, () => {
  const out = path.join(root, 'whole');
  const trained = train(modelOf(source), vectors, { out, threads: 2 });

  const summaryOf = async (): Promise<RunSummary> => {
    const result = await trained;
    if (result.status !== 'finished') throw new Error('interrupted');
    return result.summary;
  };

  test('is found, with the inputs that it has and no other', async () => {
    const { task, error, evaluation, layers, chance, findings, product } = await summaryOf();
    expect(task).toBe('regress');
    expect(findings).toEqual([]);
    expect(layers.map(({ name, inputs }) => [name, inputs])).toEqual([['output', [4, 10]]]);
    expect(chance).toBeGreaterThan(1);
    expect(error['finetune']).toBeLessThan(1e-6);
    expect(error['baseline']).toBeGreaterThan(error['finetune'] ?? NaN);
    expect(evaluation.error).toBeCloseTo(error[product] ?? NaN, 10);
    expect('outputs' in evaluation && evaluation.outputs?.map(({ name }) => name)).toEqual(['0', '1']);
  });

  test('has its mean squared error in every line, which is that of the loss', async () => {
    await trained;
    const lines = readFileSync(path.join(out, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { task: string; training: { loss: number; error: number }; heldOut: { loss: number; error: number } });
    for (const { task, training, heldOut } of lines) expect({ task, training: training.error, heldOut: heldOut.error }).toEqual({ task: 'regress', training: training.loss, heldOut: heldOut.loss });
    expect(lines.at(-1)?.heldOut.loss).toBeLessThan(1e-6);
  });

  test('goes on to the same bits after it was stopped', async () => {
    await trained;
    const parts = path.join(root, 'parts');
    let stops = 0;
    for (let done = false; !done; ) {
      const stop = new AbortController();
      let epochs = 0;
      const { status } = await train(modelOf(source), vectors, { out: parts, threads: 1, resume: true, signal: stop.signal, onProgress: ({ kind }) => { if (kind === 'epoch' && ++epochs === 5) stop.abort(); } });
      done = status === 'finished';
      stops++;
    }
    expect(stops).toBeGreaterThan(3);
    const bytesOf = (folder: string): Buffer => readFileSync(path.join(folder, 'weights.safetensors'));
    expect(bytesOf(parts).equals(bytesOf(out))).toBe(true);
    const { seconds: _, ...summary } = JSON.parse(readFileSync(path.join(parts, 'summary.json'), 'utf8')) as RunSummary;
    const { seconds: __, ...whole } = await summaryOf();
    expect(summary).toEqual(JSON.parse(JSON.stringify(whole)));
  });

  test('goes on with no other task', async () => {
    await trained;
    const other = modelOf(source.replace('  task = regress\n', ''));
    const labelled = (split: Split): Split => ({ ...split, labels: Uint8Array.from({ length: split.count }, (_, i) => i % 2) });
    const classes: Dataset = { name: 'vectors', shape: [10], classes: 2, training: labelled(vectors.training), test: labelled(vectors.test) };
    await expect(train(other, classes, { out, resume: true })).rejects.toThrow(/task: it was regress, and is none now/);
  });

  test('is not trained on data that has classes, nor of another shape', async () => {
    const fails = (data: Dataset): Promise<unknown> => train(modelOf(source), data, { out: path.join(root, 'none') });
    const flat = (split: Split): Split => ({ ...split, labels: split.labels.slice(0, split.count) });
    await expect(fails({ ...vectors, targetShape: [1], training: flat(vectors.training), test: flat(vectors.test) })).rejects.toThrow('targets of vectors have shape [1], expected [2], the output of the network');
    const labelled = (split: Split): Split => ({ ...split, labels: new Uint8Array(split.count) });
    const { targetShape: _, ...rest } = vectors;
    await expect(fails({ ...rest, classes: 2, training: labelled(vectors.training), test: labelled(vectors.test) })).rejects.toThrow('vectors has classes for its samples, but the network is trained to answer with numbers');
    await expect(train(modelOf(source.replace('  task = regress\n', '')), vectors, { out: path.join(root, 'none') })).rejects.toThrow('vectors has numbers for its samples, but the network is trained to answer with a class');
  });
});

test('targets of which f32 cannot hold a square are told as what they are: a loss, and no layer', async () => {
  const large = (split: Split): Split => ({ ...split, labels: (split.labels as Float32Array).map((value) => value * 1e30) });
  const data: Dataset = { ...vectors, training: large(vectors.training), test: large(vectors.test) };
  await expect(train(modelOf(source), data, { out: path.join(root, 'large') })).rejects.toThrow('training diverged at step 0 (baseline): the loss went non-finite in the forward pass');
});

test('the emitted step of a network whose output is an image agrees with the float64 interpreter', { timeout: 30_000 }, async () => {
  const model = modelOf(`
network Image(x: tensor[2, 5, 6]) {
  hidden = tanh(conv(x, filters = 5, window = 3, padding = same))
  return conv(hidden, filters = 3, window = 3, padding = same)
}
train on "images" { baseline { epochs = 1, batch = 12, optimizer = sgd(rate = 0.05, momentum = 0.9) } task = regress }
`);
  const answer = (x: Float32Array): readonly number[] => [0, 1, 2].flatMap((c) => Array.from({ length: 30 }, (_, i) => at(x, (30 * c + 2 * i) % 60) * (c - 1) + 0.1));
  const split = samplesOf('images', 36, 60, answer);
  const shared = shareSplit(split, 90);
  const spec = present(model.train?.phases[0], 'phase');
  const phase = { spec, groups: [], masked: new Set<string>() };
  const engine = startEngine({ model, phases: [phase], data: { training: shared, test: shared }, threads: 2, share: () => 2 }, ops);
  try {
    await engine.enter(0);
    const start = initialParameters(model.network, 5);
    engine.write(start);
    const order = Uint32Array.from({ length: 36 }, (_, i) => (i * 7) % 36);
    const { loss, correct } = await engine.run({ program: 'step', split: 'training', from: 0, to: 3, order, scalars: new Map([['rate', new Float32Array(3).fill(0.05)]]), firstStep: 0, seed: 1 });

    const graph = phaseGraphs(model, phase, ops).step;
    let feeds = new Map<string, F64Tensor>([...start].map(([name, { shape, data }]) => [name, tensor(shape, Float64Array.from(data))]));
    for (const [name, { shape }] of engine.read()) if (!feeds.has(name)) feeds.set(name, tensor(shape, new Float64Array(shape.reduce((a, b) => a * b, 1))));
    let total = 0;
    for (let step = 0; step < 3; step++) {
      const chosen = [...order.subarray(12 * step, 12 * (step + 1))];
      const rows = (from: ArrayLike<number>, size: number): Float64Array => Float64Array.from(chosen.flatMap((n) => Array.from({ length: size }, (_, e) => from[n * size + e] ?? NaN)));
      feeds.set('sample', tensor([12, 2, 5, 6], rows(split.samples as Float32Array, 60)));
      feeds.set('label', tensor([12, 3, 5, 6], rows(split.labels, 90)));
      feeds.set('sample-weight', tensor([12], new Float64Array(12).fill(1)));
      for (const [name, value] of [['rate', 0.05], ['strength', 1], ['step', step], ['seed', 1]] as const) feeds.set(name, tensor([], Float64Array.of(value)));
      const { outputs, state } = evaluate(graph, ops, feeds);
      total += present(outputs.get('loss'), 'loss').data.reduce((a, b) => a + b, 0);
      feeds = new Map([...feeds, ...state]);
    }
    expect(correct).toBe(0);
    expect(Math.abs(loss - total)).toBeLessThan(1e-5 * total);
    for (const [name, { data }] of engine.read()) {
      const wanted = present(feeds.get(name), name).data;
      const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted[i] ?? NaN))), 0);
      expect({ name, close: worst < 1e-5 }).toEqual({ name, close: true });
    }
  } finally {
    await engine.close();
  }
});
