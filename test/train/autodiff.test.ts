// Gradients of whole training graphs against central differences, in float64. With momentum and decay 0
// and rate 1, a parameter's new momentum is minus its gradient.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import { dataInterfaceOf } from '../../src/ir/network.ts';
import type { Network } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { ops } from '../../src/ops/index.ts';
import type { TrainingStep } from '../../src/train/training-graph.ts';
import { bufferName } from '../../src/train/optimizers/optimizer.ts';
import { trainingGraph } from '../../src/train/training-graph.ts';
import { convAttrs, denseAttrs, networkOf, poolAttrs, scalar, sgd, withDefaults } from './networks.ts';

const samples = 4;
const step = { batch: { samples, shards: 2 }, optimizer: sgd(), method: 'proximal', crossing: 'sequential', penalties: [], masked: new Set<string>() } as const;

/** Largest difference between the graph's gradients and central differences, relative to each parameter's largest. */
function gradientError(network: Network, options: Partial<TrainingStep> = {}): number {
  const graph = trainingGraph(network, { ...step, ...options }, ops);
  verifyGraph(graph, ops, 'training');
  const feeds = withDefaults(
    graph,
    new Map([
      // Numbers are drawn.
      ...(options.task === 'regress' ? [] : [['label', tensor([samples], Float64Array.from({ length: samples }, (_, i) => i % dataInterfaceOf(network).classes))] as const]),
      ['sample-weight', tensor([samples], Float64Array.of(1, 1, 0, 1))],
      ['rate', scalar(1)],
      ['strength', scalar(0)],
      ['step', scalar(3)],
      ['seed', scalar(11)],
    ]),
  );
  const lossWith = (name: string, value: F64Tensor): number => {
    const { data } = present(evaluate(graph, ops, new Map([...feeds, [name, value]])).outputs.get('loss'), 'loss');
    return data.reduce((sum, loss) => sum + loss, 0) / samples;
  };
  const { state } = evaluate(graph, ops, feeds);
  let worst = 0;
  for (const { name, role } of network.parameters) {
    if (role !== 'trained') continue;
    const gradient = present(state.get(bufferName(name, 'momentum')), `momentum of ${name}`).data.map((m) => -m);
    const { shape, data } = present(feeds.get(name), name);
    const scale = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    expect(scale, `gradient of ${name}`).toBeGreaterThan(1e-6);
    for (const [i, g] of gradient.entries()) {
      const h = 1e-5;
      const moved = (by: number): F64Tensor => tensor(shape, data.with(i, present(data[i], 'element') + by));
      const difference = (lossWith(name, moved(h)) - lossWith(name, moved(-h))) / (2 * h);
      worst = Math.max(worst, Math.abs(difference - g) / scale);
    }
  }
  return worst;
}

describe('gradients of a training step are those of finite differences', () => {
  const cases: Readonly<Record<string, Network>> = {
    'convolution, pooling, dense, softmax': networkOf([2, 8, 8], 3, (image, layer) => {
      const conv = layer('conv', 'conv', [image], convAttrs(3, 3));
      const pool = layer('pool', 'max_pool', [layer('act', 'relu', [conv])], poolAttrs(2, 2));
      const flat = layer('flat', 'flatten', [pool]);
      const hidden = layer('hidden', 'relu', [layer('fc1', 'dense', [flat], denseAttrs(5))]);
      return layer('out', 'softmax', [layer('fc2', 'dense', [hidden], denseAttrs(3))]);
    }),
    'grouped, dilated, strided and padded convolution': networkOf([2, 7, 7], 3, (image, layer) => {
      const grouped = layer('grouped', 'conv', [image], convAttrs(4, 3, { groups: 2, padding: [1, 1], stride: [2, 1] }));
      const dilated = layer('dilated', 'conv', [grouped], convAttrs(3, 2, { dilation: [2, 3], bias: false }));
      const pool = layer('pool', 'avg_pool', [dilated], poolAttrs(2, 1, 1));
      return layer('fc', 'dense', [layer('flat', 'flatten', [pool])], denseAttrs(3));
    }),
    'residual addition, read twice': networkOf([2, 4, 4], 3, (image, layer) => {
      const first = layer('first', 'conv', [image], convAttrs(3, 3, { padding: [1, 1] }));
      const branch = layer('branch', 'conv', [layer('act', 'relu', [first])], convAttrs(3, 3, { padding: [1, 1] }));
      const sum = layer('sum', 'add', [first, branch]);
      const twice = layer('twice', 'add', [sum, sum]);
      return layer('fc', 'dense', [layer('flat', 'flatten', [twice])], denseAttrs(3));
    }),
    'batch normalisation of maps and features': networkOf([2, 4, 4], 3, (image, layer) => {
      // No biases: a shift before the normalisation has no gradient.
      const conv = layer('conv', 'conv', [image], convAttrs(3, 3, { bias: false }));
      const maps = layer('norm', 'batch_norm', [conv], { epsilon: 1e-3, momentum: 0.1 });
      const fc1 = layer('fc1', 'dense', [layer('flat', 'flatten', [layer('act', 'relu', [maps])])], denseAttrs(4, false));
      const features = layer('norm2', 'batch_norm', [fc1], { epsilon: 1e-3, momentum: 0.1 });
      return layer('fc2', 'dense', [features], denseAttrs(3));
    }),
    'dropout and an inner softmax': networkOf([6], 3, (image, layer) => {
      const hidden = layer('hidden', 'dense', [image], denseAttrs(8));
      const dropped = layer('drop', 'dropout', [hidden], { rate: 0.4 });
      return layer('fc', 'dense', [layer('soft', 'softmax', [dropped])], denseAttrs(3));
    }),
  };
  test.each(Object.entries(cases))('%s', (_, network) => {
    expect(gradientError(network)).toBeLessThan(1e-6);
  });

  // Behind the softmax of the first, which drawn weights drive into its corners, nothing is left to compare.
  test.each(Object.entries(cases).slice(1))('%s, and answers with numbers', (_, network) => {
    expect(gradientError(network, { task: 'regress' })).toBeLessThan(1e-6);
  });

  test('images that are to be answered with images', () => {
    const network = networkOf([2, 5, 4], 3, (image, layer) => {
      const hidden = layer('hidden', 'tanh', [layer('first', 'conv', [image], convAttrs(3, 3, { padding: [1, 1] }))]);
      return layer('last', 'conv', [hidden], convAttrs(2, 3, { stride: [2, 1] }));
    });
    expect(gradientError(network, { task: 'regress' })).toBeLessThan(1e-6);
  });

  test('smoothed labels', () => {
    const network = networkOf([6], 3, (image, layer) => layer('fc', 'dense', [layer('act', 'relu', [layer('hidden', 'dense', [image], denseAttrs(5))])], denseAttrs(3)));
    expect(gradientError(network, { labelSmoothing: 0.3 })).toBeLessThan(1e-6);
  });
});

describe('what is differentiated', () => {
  test('the first layer has no gradient by its input', () => {
    const network = networkOf([1, 5, 5], 3, (image, layer) => {
      const conv = layer('conv', 'conv', [image], convAttrs(2, 3));
      const conv2 = layer('conv2', 'conv', [conv], convAttrs(2, 3));
      return layer('fc', 'dense', [layer('flat', 'flatten', [conv2])], denseAttrs(3));
    });
    const graph = trainingGraph(network, step, ops);
    expect(graph.nodes.filter(({ op }) => op === 'conv_grad_input')).toHaveLength(1);
    expect(graph.nodes.filter(({ op }) => op === 'dense_grad_input')).toHaveLength(1);
  });

  test('a parameter the output does not depend on is left alone', () => {
    const network = networkOf([4], 3, (image, layer) => {
      layer('unread', 'dense', [image], denseAttrs(2));
      return layer('fc', 'dense', [image], denseAttrs(3));
    });
    const graph = trainingGraph(network, step, ops);
    expect(graph.state).toHaveLength(4);
    expect(graph.nodes.some(({ attrs }) => attrs['name'] === 'unread.weight.momentum')).toBe(false);
  });
});
