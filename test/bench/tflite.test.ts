// A model of TensorFlow Lite is read back by the rules of its format; that it computes the network is seen in suite
// `browser`, where LiteRT's answers are compared with float64.

import { expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { randomConv, randomDense } from '../../bench/masks.ts';
import type { ConvLayer, Network } from '../../bench/network.ts';
import { programOf } from '../../bench/peers/ssl-source.ts';
import { plainNetwork } from '../../bench/plain-network.ts';
import type { PlainNetwork } from '../../bench/plain-network.ts';
import { writeTflite } from '../../bench/tflite/write-tflite.ts';
import { simplify } from '../../src/driver/build/compact.ts';
import { ops } from '../../src/ops/index.ts';
import { readFlatbuffer } from './flatbuffer-reader.ts';
import type { ReadTable } from './flatbuffer-reader.ts';

const conv = randomConv('conv', { filters: 6, channels: 4, window: 3, padding: 1, groups: 2, relu: true });
const dense = randomDense('dense', 6 * 4 * 3, 5, false);
const network: Network = { input: [4, 8, 6], layers: [conv, { op: 'max_pool', window: 2, stride: 2 }, { op: 'flatten' }, dense] };

interface ReadModel {
  readonly tensors: readonly ReadTable[];
  readonly operators: readonly ReadTable[];
  readonly codes: readonly ReadTable[];
  readonly buffers: readonly ReadTable[];
  readonly inputs: readonly number[] | undefined;
  readonly outputs: readonly number[] | undefined;
}

function readModel(file: Uint8Array): ReadModel {
  const { root, identifier } = readFlatbuffer(file);
  expect([identifier, root.int(0)]).toEqual(['TFL3', 3]);
  const [subgraph, ...others] = present(root.tables(2), 'subgraphs');
  expect(others).toEqual([]);
  const graph = present(subgraph, 'subgraph');
  return {
    tensors: present(graph.tables(0), 'tensors'),
    inputs: graph.ints(1),
    outputs: graph.ints(2),
    operators: present(graph.tables(3), 'operators'),
    codes: present(root.tables(1), 'operator codes'),
    buffers: present(root.tables(4), 'buffers'),
  };
}

const model = readModel(writeTflite(plainNetwork(simplify(programOf(network), ops))));

function floats(tensor: number): Float32Array {
  const { at, bytes } = present(model.buffers[present(model.tensors[tensor]?.int(2), 'buffer')]?.bytes(0), 'bytes');
  expect(at % 16).toBe(0);
  return new Float32Array(bytes.buffer);
}

test('its values are maps in the order NHWC, and vectors', () => {
  const shapeOf = (tensor: number | undefined): readonly number[] | undefined => model.tensors[tensor ?? -1]?.ints(0);
  expect(shapeOf(model.inputs?.[0])).toEqual([1, 8, 6, 4]);
  expect(model.operators.map((operator) => shapeOf(operator.ints(2)?.[0]))).toEqual([[1, 8, 6, 6], [1, 4, 3, 6], [1, 72], [1, 5]]);
  expect(model.outputs).toEqual(model.operators.at(-1)?.ints(2));
  // Each reads what the one before it wrote.
  expect(model.operators.slice(1).map((operator) => operator.ints(1)?.[0])).toEqual(model.operators.slice(0, -1).map((operator) => operator.ints(2)?.[0]));
  // Buffer 0 is nobody's.
  expect(model.buffers[0]?.bytes(0)).toBeUndefined();
});

test('its operators are those of the schema, with their settings', () => {
  const operators = model.operators.map((operator) => {
    const code = present(model.codes[operator.int(0) ?? 0], 'code');
    expect(code.byte(0)).toBe(code.int(3));
    const settings = present(operator.table(4), 'options');
    return { code: code.int(3), version: code.int(2), kind: operator.byte(3), settings };
  });
  expect(operators.map(({ code, version, kind }) => [code, version, kind])).toEqual([[3, 6, 1], [17, 1, 5], [22, 1, 17], [9, 1, 8]]);
  const [convolution, pool, reshape, full] = operators.map(({ settings }) => settings);
  // SAME, strides, RELU, dilations.
  expect([convolution?.byte(0), convolution?.int(1), convolution?.int(2), convolution?.byte(3), convolution?.int(4), convolution?.int(5)]).toEqual([0, 1, 1, 1, 1, 1]);
  // VALID, strides, window.
  expect([pool?.byte(0), pool?.int(1), pool?.int(2), pool?.int(3), pool?.int(4)]).toEqual([1, 2, 2, 2, 2]);
  expect(reshape?.ints(0)).toEqual([1, 72]);
  expect(full?.byte(0)).toBe(0);
});

test('its weights are OHWI, and those of a dense layer in the order of the map before it', () => {
  const [convolution, , , full] = model.operators.map((operator) => operator.ints(1) ?? []);
  const [ohwi, bias] = [floats(convolution?.[1] ?? -1), floats(convolution?.[2] ?? -1)];
  expect(bias).toEqual(conv.bias);
  const [filters, channels, window] = [6, 2, 3];
  for (let o = 0; o < filters; o++) {
    for (let i = 0; i < channels; i++) {
      for (let tap = 0; tap < window ** 2; tap++) expect(ohwi[(o * window ** 2 + tap) * channels + i]).toBe(conv.weights[(o * channels + i) * window ** 2 + tap]);
    }
  }
  const read = floats(full?.[1] ?? -1);
  for (let unit = 0; unit < 5; unit++) {
    for (let channel = 0; channel < 6; channel++) {
      for (let place = 0; place < 12; place++) expect(read[unit * 72 + place * 6 + channel]).toBe(dense.weights[unit * 72 + channel * 12 + place]);
    }
  }
});

/** Codes of the operators of a network of one convolution, and the shapes of what they write. */
function writtenBy(layer: ConvLayer, channels: number): readonly (readonly [code: number | undefined, shape: readonly number[] | undefined])[] {
  const { operators, codes, tensors } = readModel(writeTflite(plainNetwork(simplify(programOf({ input: [channels, 8, 8], layers: [layer] }), ops))));
  return operators.map((operator) => [codes[operator.int(0) ?? 0]?.int(3), tensors[operator.ints(2)?.[0] ?? -1]?.ints(0)]);
}

test('padding that no operator can be told of is an operator before it', () => {
  expect(writtenBy(randomConv('wide', { filters: 2, channels: 1, window: 3, padding: 2 }), 1)).toEqual([[34, [1, 12, 12, 1]], [3, [1, 10, 10, 2]]]);
});

test('a filter for each channel is an operator of its own', () => {
  expect(writtenBy(randomConv('depthwise', { filters: 4, channels: 4, window: 3, groups: 4 }), 4)).toEqual([[4, [1, 6, 6, 4]]]);
});

test('a softmax leaves the exponents as they are, by a number that has no default', () => {
  const layers: PlainNetwork['layers'] = [{ op: 'flatten', from: [3, 1, 1], inputs: [0], shape: [3, 1, 1] }, { op: 'softmax', inputs: [1], shape: [3, 1, 1] }];
  const { operators, codes, tensors } = readModel(writeTflite({ input: [3, 1, 1], layers }));
  const [, last] = operators;
  expect([codes[last?.int(0) ?? -1]?.int(3), last?.byte(3), last?.table(4)?.float(0)]).toEqual([25, 9, 1]);
  expect(tensors[last?.ints(2)?.[0] ?? -1]?.ints(0)).toEqual([1, 3]);
});
