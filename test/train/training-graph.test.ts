import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';
import { tensor } from '../../src/base/tensor.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { printGraph } from '../../src/ir/print.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { ops } from '../../src/ops/index.ts';
import { evaluationGraph } from '../../src/train/evaluation-graph.ts';
import { initialParameters } from '../../src/train/initialize.ts';
import { rebatch } from '../../src/train/rebatch.ts';
import type { TrainingStep } from '../../src/train/training-graph.ts';
import { trainingGraph } from '../../src/train/training-graph.ts';
import { adam, convAttrs, denseAttrs, groupsOf, networkOf, normals, poolAttrs, scalar, sgd, withDefaults } from './networks.ts';

const plain: TrainingStep = { batch: { samples: 4, shards: 2 }, optimizer: sgd({ momentum: 0.9 }), method: 'proximal', crossing: 'sequential', penalties: [], masked: new Set() };

const labelsUpTo = (classes: number, samples: number): F64Tensor => tensor([samples], Float64Array.from({ length: samples }, (_, i) => i % classes));

describe('the text of a training step', () => {
  const tiny = networkOf([1, 4, 4], 2, (image, layer) => {
    const conv = layer('conv', 'conv', [image], convAttrs(2, 3));
    const pool = layer('pool', 'max_pool', [conv], poolAttrs(2, 2));
    return layer('out', 'softmax', [layer('fc', 'dense', [layer('flat', 'flatten', [pool])], denseAttrs(2))]);
  });
  const filters = groupsOf('conv', 0.1, 2, [
    { parameter: 'conv.weight', view: [2, 1, 3, 3], keep: [0] },
    { parameter: 'conv.bias', view: [2], keep: [0] },
  ]);

  test('penalised and masked', async () => {
    const graph = trainingGraph(tiny, { ...plain, optimizer: sgd({ momentum: 0.9, decay: 0.01 }), penalties: [filters], masked: new Set(['fc.weight']) }, ops);
    verifyGraph(graph, ops, 'training');
    await expect(printGraph(graph)).toMatchFileSnapshot('golden/training-step.txt');
  });

  test.each([
    ['nesterov', sgd({ momentum: 0.9, decay: 0.01, nesterov: true })],
    ['adam', adam({ decay: 0.01 })],
  ])('%s, penalised and masked', async (name, optimizer) => {
    const graph = trainingGraph(tiny, { ...plain, optimizer, penalties: [filters], masked: new Set(['fc.weight']) }, ops);
    verifyGraph(graph, ops, 'training');
    await expect(printGraph(graph)).toMatchFileSnapshot(`golden/training-step-${name}.txt`);
  });

  test('smoothed, clipped and masked', async () => {
    const graph = trainingGraph(tiny, { ...plain, labelSmoothing: 0.1, clipGradients: 2, masked: new Set(['fc.weight']) }, ops);
    verifyGraph(graph, ops, 'training');
    await expect(printGraph(graph)).toMatchFileSnapshot('golden/training-step-clipped.txt');
  });

  test('of numbers, before which a softmax stays', async () => {
    const graph = trainingGraph(tiny, { ...plain, task: 'regress' }, ops);
    verifyGraph(graph, ops, 'training');
    await expect(printGraph(graph)).toMatchFileSnapshot('golden/training-step-regress.txt');
  });

  test('evaluation', async () => {
    const graph = evaluationGraph(tiny, { samples: 4, shards: 1 }, ops);
    verifyGraph(graph, ops, 'evaluation');
    await expect(printGraph(graph)).toMatchFileSnapshot('golden/evaluation.txt');
  });
});

describe('LeNet', () => {
  const lenet = networkOf([1, 28, 28], 10, (image, layer) => {
    const pool1 = layer('pool1', 'max_pool', [layer('conv1', 'conv', [image], convAttrs(20, 5))], poolAttrs(2, 2));
    const pool2 = layer('pool2', 'max_pool', [layer('conv2', 'conv', [pool1], convAttrs(50, 5))], poolAttrs(2, 2));
    const fc1 = layer('fc1', 'dense', [layer('flat', 'flatten', [pool2])], denseAttrs(500));
    return layer('fc2', 'dense', [layer('act', 'relu', [fc1])], denseAttrs(10));
  });

  test('one step runs, and its first loss is that of guessing', () => {
    const graph = trainingGraph(lenet, { ...plain, batch: { samples: 2, shards: 1 } }, ops);
    verifyGraph(graph, ops, 'training');
    const initial = [...initialParameters(lenet, 1)].map(([name, { shape, data }]) => [name, tensor(shape, data)] as const);
    const draws = stream(1, 'images');
    const images = tensor([2, 1, 28, 28], Float64Array.from({ length: 2 * 28 * 28 }, (_, i) => draws.uniform(i)));
    const scalars = (['rate', 'strength', 'step', 'seed'] as const).map((name) => [name, scalar(0.01)] as const);
    const feeds = withDefaults(graph, new Map([...initial, ...scalars, ['sample', images], ['label', labelsUpTo(10, 2)]]));
    const { outputs, state } = evaluate(graph, ops, feeds);
    for (const loss of present(outputs.get('loss'), 'loss').data) expect(Math.abs(loss - Math.log(10))).toBeLessThan(1.5);
    expect([...state.keys()].sort()).toEqual(lenet.parameters.flatMap(({ name }) => [name, `${name}.momentum`]).sort());
  });
});

describe('batch normalisation', () => {
  const network = networkOf([3], 2, (image, layer) => {
    const norm = layer('norm', 'batch_norm', [layer('fc1', 'dense', [image], denseAttrs(4))], { epsilon: 1e-5, momentum: 0.1 });
    return layer('fc2', 'dense', [norm], denseAttrs(2));
  });

  test('running statistics are state that evaluation reads', () => {
    const graph = trainingGraph(network, plain, ops);
    verifyGraph(graph, ops, 'training');
    const scalars = (['rate', 'strength', 'step', 'seed'] as const).map((name) => [name, scalar(0.01)] as const);
    const feeds = withDefaults(graph, new Map([...scalars, ['label', labelsUpTo(2, 4)]]));
    const { state } = evaluate(graph, ops, feeds);
    for (const name of ['norm.mean', 'norm.variance']) expect(state.get(name)?.data).not.toEqual(feeds.get(name)?.data);

    const evaluation = evaluationGraph(network, plain.batch, ops);
    const scoresAfter = (statistics: ReadonlyMap<string, F64Tensor>): Float64Array | undefined =>
      evaluate(evaluation, ops, new Map([...feeds, ...statistics])).outputs.get('logits')?.data;
    expect(scoresAfter(new Map([...state].filter(([name]) => name.startsWith('norm.'))))).not.toEqual(scoresAfter(new Map()));
  });

  test('masks hold weight, bias, gamma, beta and their momentum', () => {
    const masked = new Set(['fc1.weight', 'fc1.bias', 'norm.gamma', 'norm.beta']);
    const graph = trainingGraph(network, { ...plain, optimizer: sgd({ momentum: 0.9, decay: 0.01 }), masked }, ops);
    verifyGraph(graph, ops, 'training');
    const scalars = (['rate', 'strength', 'step', 'seed'] as const).map((name) => [name, scalar(0.1)] as const);
    const deadFirst = (length: number, dead: number): Float64Array => Float64Array.from({ length }, (_, i) => (i < dead ? 0 : 1));
    const masks = new Map([
      ['fc1.weight.mask', tensor([4, 3], deadFirst(12, 3))],
      ...['fc1.bias', 'norm.gamma', 'norm.beta'].map((name) => [`${name}.mask`, tensor([4], deadFirst(4, 1))] as const),
    ]);
    let feeds = withDefaults(graph, new Map<string, F64Tensor>([...masks, ...scalars, ['label', labelsUpTo(2, 4)]]));
    for (let step = 0; step < 3; step++) feeds = new Map([...feeds, ...evaluate(graph, ops, feeds).state]);
    for (const name of [...masked].flatMap((parameter) => [parameter, `${parameter}.momentum`])) {
      const { data } = present(feeds.get(name), name);
      const dead = data.length === 12 ? 3 : 1;
      expect({ name, dead: data.subarray(0, dead).some((value) => value !== 0) }).toEqual({ name, dead: false });
      expect({ name, alive: data.subarray(dead).some((value) => value !== 0) }).toEqual({ name, alive: true });
    }
  });
});

test('rebatching changes the sample axis alone and goes back', () => {
  const network = networkOf([2, 6, 6], 3, (image, layer) => {
    const conv = layer('conv', 'conv', [image], convAttrs(4, 3));
    return layer('out', 'softmax', [layer('fc', 'dense', [layer('flat', 'flatten', [conv])], denseAttrs(3))]);
  });
  const batched = rebatch(network.graph, { samples: 5, shards: 1 }, ops);
  verifyGraph(batched, ops, 'rebatch');
  expect(batched.nodes.at(-1)?.results).toEqual([[5, 3]]);
  expect(printGraph(rebatch(batched, { samples: 1, shards: 1 }, ops))).toBe(printGraph(network.graph));
});

test('a toy problem is learnt, and the inputs that say nothing die exactly', () => {
  const network = networkOf([4], 2, (image, layer) => layer('fc', 'dense', [image], denseAttrs(2)));
  const samples = 32;
  const inputs = groupsOf('fc', 0.15, 4, [{ parameter: 'fc.weight', view: [2, 4], keep: [1] }]);
  const graph = trainingGraph(network, { ...plain, batch: { samples, shards: 4 }, penalties: [inputs] }, ops);
  // The class is the sign of input 0; inputs 1, 2 and 3 are noise.
  const sample = normals('toy', [samples, 4]);
  const label = tensor([samples], Float64Array.from({ length: samples }, (_, i) => ((sample.data[4 * i] ?? 0) > 0 ? 1 : 0)));
  const initial = [...initialParameters(network, 1)].map(([name, { shape, data }]) => [name, tensor(shape, data)] as const);
  const scalars = [['rate', scalar(0.1)] as const, ['strength', scalar(1)] as const];
  let feeds = withDefaults(graph, new Map([...initial, ...scalars, ['sample', sample], ['label', label]]));
  for (let step = 0; step < 200; step++) feeds = new Map([...feeds, ...evaluate(graph, ops, feeds).state]);

  const weight = present(feeds.get('fc.weight'), 'weight').data;
  const columns = [0, 1, 2, 3].map((input) => Math.hypot(weight[input] ?? NaN, weight[4 + input] ?? NaN));
  expect(columns[0]).toBeGreaterThan(0.3);
  expect(columns.slice(1)).toEqual([0, 0, 0]);
  const correct = present(evaluate(graph, ops, feeds).outputs.get('correct'), 'correct').data;
  expect(correct.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(0.9 * samples);
});
