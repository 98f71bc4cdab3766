// A model of ONNX as suite `imported` gives it to its candidates.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sslWasm } from '../../bench/peers/ssl.ts';
import { plainNetwork } from '../../bench/plain-network.ts';
import { relativeDifference } from '../../bench/reference.ts';
import { importedTrial } from '../../bench/suites/imported-trial.ts';
import { joined } from '../../src/onnx/format/encode.ts';
import { writeTensorProto } from '../../src/onnx/format/files.ts';
import { floats, modelBytes, node, value } from '../onnx/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'ssl-imported-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two samples of 2 x 3 places with four channels, the channels last. */
const samples = Array.from({ length: 48 }, (_, i) => Math.fround(Math.sin(i)));
const weights = [1, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, -1, 2];
const model = modelBytes({
  name: 'net',
  input: [value('image', ['batch', 2, 3, 4])],
  output: [value('answer', ['batch', 3])],
  initializer: [floats('weights', [3, 4, 1, 1], weights)],
  node: [
    node('Transpose', ['image'], ['map'], { perm: [0, 3, 1, 2] }),
    node('Conv', ['map', 'weights'], ['filtered'], { kernel_shape: [1, 1] }),
    node('GlobalAveragePool', ['filtered'], ['means']),
    node('Flatten', ['means'], ['scores']),
    node('Softmax', ['scores'], ['answer'], { axis: 1 }),
  ],
});

/** What the model answers to the first sample, by hand. */
const means = [0, 1, 2, 3].map((channel) => [0, 1, 2, 3, 4, 5].reduce((sum, place) => sum + (samples[4 * place + channel] ?? NaN) / 6, 0));
const powers = [0, 1, 2].map((filter) => Math.exp(means.reduce((sum, mean, channel) => sum + mean * (weights[4 * filter + channel] ?? NaN), 0)));
const answer = powers.map((power) => power / powers.reduce((sum, each) => sum + each, 0));

function store(outputs: readonly number[]): void {
  mkdirSync(join(folder, 'test_data_set_0'), { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), model);
  writeFileSync(join(folder, 'test_data_set_0', 'input_0.pb'), joined(writeTensorProto(floats('image', [2, 2, 3, 4], samples))));
  writeFileSync(join(folder, 'test_data_set_0', 'output_0.pb'), joined(writeTensorProto(floats('answer', [2, 3], outputs))));
}

test('onnxruntime is given the file and its order, others the import and the order of that', async () => {
  store([...answer, 0, 0, 0]);
  const { givenTo, reference } = importedTrial('small', folder);
  expect(relativeDifference(Float32Array.from(answer), reference)).toBeLessThan(1e-6);
  const { program, input, model: given } = givenTo({});
  expect(given).toMatchObject({ names: ['image', 'answer'], shape: [1, 2, 3, 4] });
  expect(given?.model).toEqual(Uint8Array.from(model));
  expect([...(given?.input ?? [])]).toEqual(samples.slice(0, 24));
  expect([...input]).toEqual(samples.slice(0, 24).map((_, i) => samples[4 * (i % 6) + Math.floor(i / 6)]));
  expect(plainNetwork(program).layers.map(({ op }) => op)).toEqual(['conv', 'global_avg_pool', 'flatten', 'softmax']);
  const { run, output } = await sslWasm.prepare(program, input);
  await run();
  expect(relativeDifference(output(), reference)).toBeLessThan(1e-6);
});

test('a stored answer that the model does not give is told', () => {
  store([0.5, 0.25, 0.25, 0, 0, 0]);
  expect(() => importedTrial('small', folder)).toThrow(/^small: the stored answer is off by 0\.\d+ of the largest value$/);
});
