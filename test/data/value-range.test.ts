import { expect, test } from 'vitest';
import { checkDataset } from '../../src/data/check-dataset.ts';
import type { Samples } from '../../src/base/samples.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { checkRange } from '../../src/data/value-range.ts';

function dataset(samples: Samples, shape: readonly number[] = [1, 1, 2], labels: Uint8Array = Uint8Array.of(0, 1)): Dataset {
  const split = { count: 2, samples, labels };
  return { name: 'own', shape, classes: 1 + Math.max(...labels), training: split, test: split };
}

test('pixels from 0 to 255 that are not bytes', () => {
  expect(checkRange(dataset(Float32Array.of(0, 255, 3, 17)))).toMatchObject([
    {
      severity: 'warning',
      message: 'samples of own hold whole numbers from 0 to 255 that are not bytes; they are taken as they are',
      help: 'save them as uint8, which means byte / 255, or divide them by 255, or let the network `normalize` its input',
    },
  ]);
  // As features, after a resize, signed, of sixteen bits, of four.
  expect(checkRange(dataset(Float32Array.of(0, 255, 3, 17), [2]))).toHaveLength(1);
  expect(checkRange(dataset(Float32Array.of(0, 254.5, 3, 17)))[0]?.help).toMatch(/^divide them by 254.5/);
  expect(checkRange(dataset(Float32Array.of(-128, 127, 3, 17)))[0]?.help).toMatch(/^divide them by 128/);
  expect(checkRange(dataset(Float32Array.of(0, 65_535, 3, 17)))[0]?.help).toMatch(/^divide them by 65535/);
  expect(checkRange(dataset(Float32Array.of(0, 16, 3, 12), [2]))[0]?.help).toContain('divide them by 16');
});

test('bytes, scaled numbers, fractional features and what the network scales itself are as they should be', () => {
  expect(checkRange(dataset(Uint8Array.of(0, 255, 3, 17)))).toEqual([]);
  expect(checkRange(dataset(Float32Array.of(0, 1, 1, 0)))).toEqual([]);
  expect(checkRange(dataset(Float32Array.of(-2.1, 2.6, 0, 1)))).toEqual([]);
  expect(checkRange(dataset(Float32Array.of(0, 180.5, 70.25, 1), [2]))).toEqual([]);
  expect(checkRange(dataset(Float32Array.of(0, 255, 3, 17)), [58])).toEqual([]);
});

test('labels that are numbered from 1', () => {
  const fromOne = dataset(Float32Array.of(0, 1, 1, 0), [1, 1, 2], Uint8Array.of(1, 2));
  expect(checkDataset(fromOne, { inputShape: [1, 1, 2], classes: 2 })[0]).toMatchObject({
    message: 'own has 3 classes, but the network has 2 outputs',
    help: 'no sample has label 0: number the classes from 0 to 1',
  });
  expect(checkDataset(fromOne, { inputShape: [1, 1, 2], classes: 3 })).toMatchObject([
    { severity: 'warning', message: 'own has no training sample of class 0', help: 'number the classes from 0, not from 1' },
  ]);
});

test('images with channels last', () => {
  const image = dataset(new Float32Array(2 * 8 * 8 * 3), [8, 8, 3]);
  expect(checkDataset(image, { inputShape: [3, 8, 8], classes: 2 })[0]?.help).toContain('transpose(0, 3, 1, 2)');
  expect(checkDataset(image, { inputShape: [3, 32, 32], classes: 2 })[0]?.help).toContain('transpose(0, 3, 1, 2)');
});
