// Whole training steps of a small network against TensorFlow.js: forward, loss, the gradients of all parameters, and what its
// optimizers make of them step after step.

import { afterEach, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { OptimizerSpec } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';
import { bufferName } from '../../src/train/optimizers/optimizer.ts';
import { trainingGraph } from '../../src/train/training-graph.ts';
import { relativeDifference } from '../ops/support.ts';
import { adam, convAttrs, denseAttrs, networkOf, normals, poolAttrs, scalar, sgd } from '../train/networks.ts';
import { crossEntropy } from './oracles.ts';
import { fromTfjs, tf, toNchw, toNhwc, toTfjs } from './tfjs.ts';
import type { Tensor, TrainOptimizer } from './tfjs.ts';

const [samples, classes, rate, epsilon] = [8, 3, 0.05, 1e-3];
const image = [2, 9, 9] as const;

const network = networkOf(image, classes, (input, layer) => {
  const conv1 = layer('conv1', 'conv', [input], convAttrs(4, 3, { padding: [1, 1], bias: false }));
  const norm1 = layer('act1', 'relu', [layer('norm1', 'batch_norm', [conv1], { epsilon, momentum: 0.1 })]);
  const conv2 = layer('conv2', 'conv', [layer('pool1', 'max_pool', [norm1], poolAttrs(3, 2))], convAttrs(6, 2, { groups: 2, stride: [2, 1] }));
  const pool2 = layer('pool2', 'avg_pool', [layer('act2', 'tanh', [conv2])], poolAttrs(2, 1));
  return layer('fc', 'dense', [layer('flat', 'flatten', [pool2])], denseAttrs(classes));
});

/** The same network, of parameters by name; answers the mean loss. */
function meanLoss(sample: Tensor, label: Tensor, parameter: (name: string) => Tensor): Tensor {
  const valid = [[0, 0], [0, 0], [0, 0], [0, 0]] as const;
  const same = [[0, 0], [1, 1], [1, 1], [0, 0]] as const;
  const filter = (name: string): Tensor => tf.transpose(parameter(name), [2, 3, 1, 0]);
  const conv1 = tf.conv2d(toNhwc(sample), filter('conv1.weight'), [1, 1], same, 'NHWC', [1, 1]);
  const { mean, variance } = tf.moments(conv1, [0, 1, 2]);
  const norm1 = tf.relu(tf.batchNorm(conv1, mean, variance, parameter('norm1.beta'), parameter('norm1.gamma'), epsilon));
  const weights = tf.split(filter('conv2.weight'), 2, 3);
  const parts = tf.split(tf.maxPool(norm1, [3, 3], [2, 2], valid, 'floor'), 2, 3).map((part, g) => tf.conv2d(part, present(weights[g], 'weights of a group'), [2, 1], valid, 'NHWC', [1, 1]));
  const conv2 = tf.add(tf.concat(parts, 3), parameter('conv2.bias'));
  const pool2 = toNchw(tf.avgPool(tf.tanh(conv2), [2, 2], [1, 1], valid, 'floor'));
  const scores = tf.add(tf.matMul(tf.reshape(pool2, [samples, pool2.shape.slice(1).reduce((a, b) => a * b)]), parameter('fc.weight'), false, true), parameter('fc.bias'));
  return tf.mean(crossEntropy(scores, label, 0), [0]);
}

const trained = network.parameters.filter(({ role }) => role === 'trained').map(({ name }) => name);
const sample = normals('sample', [samples, ...image]);
const label = tensor([samples], Float64Array.from({ length: samples }, (_, i) => i % classes));

function startOf({ name, shape }: { readonly name: string; readonly shape: readonly number[] }): F64Tensor {
  if (name.endsWith('.variance')) return tensor(shape, new Float64Array(shape[0] ?? 0).fill(1));
  const { data } = normals(name, shape);
  return tensor(shape, data.map((value) => 0.5 * value));
}

interface Step {
  /** The mean, before it. */
  readonly loss: number;
  /** All that lives from step to step, after it. */
  readonly state: ReadonlyMap<string, F64Tensor>;
}

/** `count` steps of the training graph, in float64. @param scalars That a step reads, counted from 1. */
function takeSteps(count: number, optimizer: OptimizerSpec, scalars: (step: number) => Readonly<Record<string, number>>): readonly Step[] {
  const graph = trainingGraph(network, { batch: { samples, shards: 2 }, optimizer, method: 'proximal', crossing: 'sequential', penalties: [], masked: new Set() }, ops);
  const buffers = graph.nodes.flatMap(({ op, attrs, results: [shape = []] }) => (op === 'parameter' ? [{ name: attrs['name'] as string, shape }] : []));
  let state = new Map<string, F64Tensor>(buffers.map(({ name, shape }) => [name, network.parameters.some((parameter) => parameter.name === name) ? startOf({ name, shape }) : tensor(shape, new Float64Array(shape.reduce((a, b) => a * b, 1)))]));
  return Array.from({ length: count }, (_, at) => {
    const step = at + 1;
    const numbers = Object.entries({ strength: 0, step, seed: 1, ...scalars(step) }).map(([name, value]) => [name, scalar(value)] as const);
    const after = evaluate(graph, ops, new Map([...state, ...numbers, ['sample', sample], ['label', label], ['sample-weight', tensor([samples], new Float64Array(samples).fill(1))]]));
    state = new Map([...state, ...after.state]);
    return { loss: present(after.outputs.get('loss'), 'loss').data.reduce((sum, loss) => sum + loss, 0) / samples, state };
  });
}

afterEach(() => tf.disposeVariables());

test('loss and gradients of all parameters', () => {
  // With rate 1 and without momentum, what is kept as momentum is minus the gradient.
  const [{ loss, state }] = takeSteps(1, sgd(), () => ({ rate: 1 })) as [Step];
  tf.tidy(() => {
    const given = network.parameters.filter(({ name }) => trained.includes(name)).map((parameter) => toTfjs(startOf(parameter)));
    const lossOf = (...values: Tensor[]): Tensor => meanLoss(toTfjs(sample), toTfjs(label), (name) => present(values[trained.indexOf(name)], name));
    expect(lossOf(...given).dataSync()[0]).toBeCloseTo(loss, 5);
    for (const [i, gradient] of tf.grads(lossOf)(given).entries()) {
      const name = present(trained[i], 'parameter');
      const minus = present(state.get(bufferName(name, 'momentum')), name).data;
      expect(relativeDifference(fromTfjs(gradient).data.map((value) => -value), minus), `gradient of ${name}`).toBeLessThan(1e-5);
    }
  });
});

const optimizers: readonly (readonly [string, OptimizerSpec, (step: number) => Readonly<Record<string, number>>, () => TrainOptimizer])[] = [
  ['momentum', sgd({ momentum: 0.9 }), () => ({ rate }), () => tf.train.momentum(rate, 0.9)],
  ['adam', adam({ epsilon: 1e-3 }), (step) => ({ rate, first_correction: 1 / (1 - 0.9 ** step), second_correction: 1 / Math.sqrt(1 - 0.999 ** step) }), () => tf.train.adam(rate, 0.9, 0.999, 1e-3)],
];

test.each(optimizers)('ten steps of %s', (_, spec, scalars, made) => {
  const optimizer = made();
  const variables = new Map(network.parameters.filter(({ name }) => trained.includes(name)).map((parameter) => [parameter.name, tf.variable(toTfjs(startOf(parameter)), true, parameter.name)]));
  const steps = takeSteps(10, spec, scalars);
  for (const { loss, state } of steps) {
    tf.tidy(() => {
      const held = [...variables.values()];
      const lossOf = (...values: Tensor[]): Tensor => meanLoss(toTfjs(sample), toTfjs(label), (name) => present(values[trained.indexOf(name)], name));
      expect(lossOf(...held).dataSync()[0]).toBeCloseTo(loss, 4);
      const gradients = tf.grads(lossOf)(held);
      optimizer.applyGradients(Object.fromEntries(trained.map((name, i) => [name, present(gradients[i], name)])));
    });
    const differences = [...variables].map(([name, variable]) => relativeDifference(fromTfjs(variable).data, present(state.get(name), name).data));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  }
  expect(present(steps.at(-1), 'last step').loss).toBeLessThan(present(steps[0], 'first step').loss);
});
