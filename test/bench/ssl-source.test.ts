import { expect, test } from 'vitest';
import { sslSource } from '../../bench/peers/ssl-source.ts';
import { keepFilters, randomConv, randomDense, randomValues } from '../../bench/masks.ts';
import { elementsOf, networkOutput } from '../../bench/network.ts';
import type { Network } from '../../bench/network.ts';
import { referenceOutput } from '../../bench/reference.ts';
import { caffeNetLayers, sparseNetwork } from '../../bench/suites/caffenet.ts';
import { leNets, wholeNetwork } from '../../bench/suites/lenet.ts';
import { check } from '../../src/check/check.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Network as CheckedNetwork } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { parse } from '../../src/syntax/parse.ts';

function checked(text: string): CheckedNetwork {
  const { file, diagnostics } = parse({ name: 'bench.ssl', text });
  expect(diagnostics).toEqual([]);
  const { model, diagnostics: faults } = check(file, ops);
  expect(faults).toEqual([]);
  if (!model) throw new Error('no model');
  return model.network;
}

const cases = [...leNets.map(wholeNetwork), ...caffeNetLayers.map((layer) => sparseNetwork(layer))];

test('the compiler accepts the source of every case and finds every parameter', () => {
  for (const network of cases) {
    const { text, parameters } = sslSource('Case', network);
    const expected = checked(text).parameters.map(({ name, shape }) => [name, shape]);
    expect([...parameters].map(([name, { shape }]) => [name, shape])).toEqual(expected);
  }
});

test("the compiler's interpreter and the suite's reference agree", () => {
  const network: Network = {
    input: [2, 9, 9],
    layers: [
      keepFilters(randomConv('a', { filters: 4, channels: 2, window: 3, padding: 1, stride: 2, relu: true }), [0, 1, 3]),
      randomConv('b', { filters: 6, channels: 4, window: 2, groups: 2 }),
      { op: 'max_pool', window: 2, stride: 2 },
      { op: 'flatten' },
      randomDense('c', 24, 5, true),
      randomDense('d', 5, 3, false),
    ],
  };
  const { text, parameters } = sslSource('Case', network);
  const { graph } = checked(text);
  const input = randomValues('input', elementsOf(network.input), 1);
  const feeds = new Map(
    [...parameters, ['image', { shape: [1, ...network.input], data: input }] as const].map(
      ([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }] as const,
    ),
  );
  const [found] = [...evaluate(graph, ops, feeds).outputs.values()];
  const expected = referenceOutput(network, input);
  expect(found?.shape).toEqual([1, networkOutput(network)[0]]);
  expected.forEach((value, index) => expect(found?.data[index]).toBeCloseTo(value, 12));
});
