// Where values and weights of a small network lie: halos, whole vectors, planar images, columns of a flattened image.

import { expect, test } from 'vitest';
import { present } from '../../../src/base/invariant.ts';
import { offsetsOf } from '../../../src/lower/layouts/tensor-layout.ts';
import { planTraining } from '../../../src/lower/lower.ts';
import { ops } from '../../../src/ops/index.ts';
import { wasmMachine } from '../../../src/targets/wasm/machine.ts';
import { convAttrs, denseAttrs, networkOf } from '../../train/networks.ts';
import { trainingCase } from '../training-cases.ts';

const network = networkOf([2, 4, 5], 3, (image, layer) => {
  const conv1 = layer('conv1', 'conv', [image], convAttrs(5, 3, { padding: [1, 1] }));
  const conv2 = layer('conv2', 'conv', [conv1], convAttrs(6, 3, { padding: [1, 0] }));
  return layer('out', 'softmax', [layer('fc', 'dense', [layer('flat', 'flatten', [conv2])], denseAttrs(3))]);
});
const [planned] = planTraining({ step: trainingCase(network, 'plain', { samples: 2, shards: 1 }, 1).graph }, ops, wasmMachine).programs;
const { layoutOf, nests } = present(planned, 'program');

function strides(slot: string): readonly number[] {
  return offsetsOf(layoutOf(slot)).map((offsets) => (offsets[1] ?? 0) - (offsets[0] ?? 0));
}

function writtenBy(nest: string): string {
  return present(nests.find(({ name }) => name === nest), nest).nest.write.tensor;
}

test('images of few channels stay planar, within the zeros that a window reaches', () => {
  expect(strides('@sample')).toEqual([2 * 6 * 7, 6 * 7, 7, 1]);
  expect(layoutOf('@sample').origin).toBe(7 + 1);
});

test('channels lie innermost in whole vectors, with rows of zeros where the next window reaches', () => {
  const slot = writtenBy('step/conv1');
  expect(strides(slot)).toEqual([6 * 5 * 8, 1, 5 * 8, 8]);
  expect(layoutOf(slot)).toMatchObject({ origin: 5 * 8, padded: [2, 8, 4, 5], size: 2 * 6 * 5 * 8 });
});

test('weights have their results innermost, in whole vectors', () => {
  expect(strides('@conv1.weight')).toEqual([1, 8, 3 * 2 * 8, 2 * 8]);
  expect(strides('@conv2.weight')).toEqual([1, 8, 3 * 5 * 8, 5 * 8]);
});

test('a dense weight numbers its columns as the flattened image lies', () => {
  const [image, [, columns]] = [layoutOf(writtenBy('step/conv2')), offsetsOf(layoutOf('@fc.weight'))];
  const places = offsetsOf(image);
  const flat = [...present(places[1], 'channels')].flatMap((c) => [...present(places[2], 'rows')].flatMap((y) => [...present(places[3], 'columns')].map((x) => c + y + x)));
  expect([...present(columns, 'columns of the weight')]).toEqual(flat.map((place) => place * 4));
});
