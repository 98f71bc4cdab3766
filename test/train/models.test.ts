// Training as `.ssl` files state it: the graphs of the examples' phases, and the proximal step against the
// proximal map of src/sparsity.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { check } from '../../src/check/check.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Model } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { ops } from '../../src/ops/index.ts';
import { groupSets } from '../../src/sparsity/groups.ts';
import { proximalMap } from '../sparsity/proximal.ts';
import { parse } from '../../src/syntax/parse.ts';
import { trainingGraph } from '../../src/train/training-graph.ts';
import { scalar, sgd, withDefaults } from './networks.ts';

function modelOf(name: string, text: string): Model {
  const parsed = parse({ name, text });
  const checked = check(parsed.file, ops);
  expect([...parsed.diagnostics, ...checked.diagnostics]).toEqual([]);
  return present(checked.model, 'model');
}

describe('the examples', () => {
  test.each(['lenet.ssl', 'lenet-shapes.ssl', 'mlp.ssl'])('every phase of %s is a sound graph', (name) => {
    const { network, penalties, method, crossing, train } = modelOf(name, readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8'));
    const sets = groupSets(network, ops, penalties);
    const masked = new Set(sets.flatMap(({ members }) => members.map(({ parameter }) => parameter)));
    for (const { name: phase, batch, optimizer } of present(train, 'training').phases) {
      const step = { batch: { samples: batch, shards: 2 }, optimizer, method, crossing, penalties: phase === 'sparsify' ? sets : [], masked: phase === 'finetune' ? masked : new Set<string>() };
      const graph = trainingGraph(network, step, ops);
      verifyGraph(graph, ops, `${phase} training`);
      expect(graph.state).toHaveLength(2 * network.parameters.length);
    }
  });
});

test('a proximal step is the gradient step followed by the proximal map of each structure', () => {
  const model = modelOf(
    'small.ssl',
    `network Small(image: tensor[2, 6, 6]) {
      conv1 = conv(image, filters = 3, window = 3)
      norm1 = batch_norm(conv1)
      conv2 = conv(relu(norm1), filters = 4, window = 2)
      fc1 = relu(dense(conv2, units = 5))
      return dense(fc1, units = 3)
    }
    sparsity {
      weighting = sqrt_size
      lasso filters of conv1 strength 0.3
      lasso filters of conv2 strength 0.2
      lasso fibers of conv2 strength 0.4
      lasso channels of conv2 strength 0.1
      lasso neurons of fc1 strength 0.2
      lasso inputs of fc1 strength 0.3
    }`,
  );
  const sets = groupSets(model.network, ops, model.penalties);
  const step = { batch: { samples: 4, shards: 2 }, optimizer: sgd({ momentum: 0.9, decay: 0.01 }), method: 'proximal', crossing: 'sequential', masked: new Set<string>() } as const;
  const penalized = trainingGraph(model.network, { ...step, penalties: sets }, ops);
  verifyGraph(penalized, ops, 'training');
  const [rate, strength] = [0.5, 3];
  const feeds = withDefaults(
    penalized,
    new Map<string, F64Tensor>([
      ['label', tensor([4], Float64Array.of(0, 1, 2, 0))],
      ['rate', scalar(rate)],
      ['strength', scalar(strength)],
    ]),
  );
  const mapped = evaluate(penalized, ops, feeds).state;
  const stepped = evaluate(trainingGraph(model.network, { ...step, penalties: [] }, ops), ops, feeds).state;
  const expected = proximalMap(sets, stepped, rate * strength);
  let zeros = 0;
  for (const { name } of model.network.parameters) {
    const found = present(mapped.get(name), name).data;
    for (const [i, value] of present(expected.get(name), name).data.entries()) {
      expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThan(1e-12);
      if (value === 0) zeros++;
      expect(found[i] === 0).toBe(value === 0);
    }
  }
  expect(zeros).toBeGreaterThan(10);
});
