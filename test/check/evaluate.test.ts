import { expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { sizeOf, tensor } from '../../src/base/tensor.ts';
import { present } from '../../src/base/invariant.ts';
import { check } from '../../src/check/check.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import { ops } from '../../src/ops/index.ts';
import { parse } from '../../src/syntax/parse.ts';
import { onlyInput, onlyOutput } from '../../src/ir/network.ts';

test('a checked network runs in the interpreter', () => {
  const text = `network Net(image: tensor[1, 6, 6]) {
    conv1 = conv(image, filters = 2, window = 3)
    fc1 = relu(dense(max_pool(conv1, window = 2), units = 4))
    return softmax(dense(fc1, units = 3))
  }`;
  const { network } = present(check(parse({ name: 'net.ssl', text }).file, ops).model, 'model');
  const draws = stream(1, 'weights');
  const shapes = [...network.parameters, { name: 'image', shape: [1, ...onlyInput(network).shape] }];
  const feeds = new Map(shapes.map(({ name, shape }) => [name, tensor(shape, Float64Array.from({ length: sizeOf(shape) }, (_, i) => draws.normal(i)))]));
  const output = present(evaluate(network.graph, ops, feeds).outputs.get('output'), 'output');
  expect(output.shape).toEqual([1, ...onlyOutput(network).shape]);
  expect(output.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
});
