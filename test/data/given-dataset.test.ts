import { expect, test } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { checkGivenDataset } from '../../src/data/given-dataset.ts';
import { diagnosed } from './diagnosed.ts';

const split = { count: 2, samples: new Float32Array(6), labels: Uint8Array.of(0, 1) };
const good: Dataset = { name: 'mem', shape: [3], classes: 2, training: split, test: split };
/** Anything at all, as a caller in JavaScript hands it over. */
const check = (given: unknown): void => checkGivenDataset(given as Dataset);
const messageFor = (change: object): string => diagnosed(() => check({ ...good, ...change })).message;
const messageForTraining = (change: object): string => messageFor({ training: { ...split, ...change } });

test('what is right passes, plain lists of labels included', () => {
  const plain = { ...split, labels: [1, 0] };
  for (const change of [{}, { labels: ['no', 'yes'], shape: [1, 3, 1] }, { training: plain, test: { ...split, labels: Int32Array.of(1, 1) } }]) {
    expect(() => check({ ...good, ...change })).not.toThrow();
  }
});

test.each([
  ['a label beyond the classes', { labels: Uint8Array.of(0, 7) }, 'the given Dataset: training.labels has label 7 at sample 1, expected a whole number from 0 to 1, as there are 2 classes'],
  ['a negative label', { labels: [-1, 0] }, 'label -1 at sample 0'],
  ['half a label', { labels: Float32Array.of(0, 0.5) }, 'label 0.5 at sample 1'],
  ['a label that is text', { labels: ['0', '1'] }, 'label "0" at sample 0'],
  ['a hole', { labels: [0, undefined] }, 'label undefined at sample 1'],
  ['big integers', { labels: BigInt64Array.of(0n, 1n) }, 'training.labels is a BigInt64Array, expected a Uint8Array or a Uint16Array of class indices'],
  ['no labels', { labels: undefined }, 'training.labels is undefined'],
  ['too few labels', { labels: Uint8Array.of(1) }, 'training.labels is of length 1, expected 2, one a sample'],
  ['too few numbers', { samples: new Float32Array(5) }, 'training.samples is of length 5, expected 6: 2 samples of shape [3]'],
  ['doubles', { samples: new Float64Array(6) }, 'training.samples is a Float64Array, expected a Uint8Array (byte / 255), a Float32Array, or samples in files as `loadDataset` has them'],
  ['files of a type that there is not', { samples: { type: 'float32', size: 3, files: [] } }, 'training.samples is an Object, expected a Uint8Array'],
  ['samples of another size in files', { samples: { type: 'f4', size: 1, files: [{ path: 'x', bytes: 24, modified: 0, offset: 0, stride: 4, count: 6 }] } }, 'training.samples.size is 1, expected 3, the elements of shape [3]'],
  ['the bytes of a canvas', { samples: new Uint8ClampedArray(6) }, 'training.samples is a Uint8ClampedArray'],
  ['not a number', { samples: Float32Array.of(0, 1, 2, Number.NaN, 4, 5) }, 'training.samples holds NaN at element 3, expected finite numbers'],
  ['no count', { count: undefined }, 'training.count is undefined, expected a whole number of at least 1'],
  ['nothing', { count: 0, samples: new Float32Array(0), labels: [] }, 'training.count is 0'],
])('a split with %s', (_, change, message) => {
  expect(messageForTraining(change)).toContain(message);
});

test.each([
  [{ test: undefined }, 'the given Dataset: test is undefined, expected { count, samples, labels }'],
  [{ test: { ...split, labels: Uint8Array.of(255, 255) } }, 'test.labels has label 255 at sample 0'],
  [{ test: { ...split, samples: new Uint8Array(6) } }, 'test holds bytes, expected numbers that are not bytes as in the given Dataset: training'],
  [{ shape: 3 }, 'the given Dataset: shape is 3, expected one or three positive whole numbers'],
  [{ shape: [1.5, 2] }, 'shape is [1.5, 2]'],
  [{ shape: [3, 1] }, 'shape is [3, 1]'],
  [{ shape: [0] }, 'shape is [0]'],
  [{ classes: 0 }, 'classes is 0, expected a whole number from 1 to 65536'],
  [{ classes: '2' }, 'classes is "2"'],
  [{ name: undefined }, 'name is undefined, expected a text'],
  [{ labels: ['no'] }, 'labels is of length 1, expected one for each of 2 classes'],
  [{ labels: ['no', 'no'] }, 'labels is "no" twice, expected names that differ'],
  [{ labels: [0, 1] }, 'labels is [0, 1], expected an array of texts'],
])('a data set with %o', (change, message) => {
  expect(messageFor(change)).toContain(message);
});

const numbers: Dataset = { name: 'mem', shape: [3], classes: 0, targetShape: [2, 1], training: { ...split, labels: Float32Array.of(1, 2, 3, 4) }, test: { ...split, labels: Float32Array.of(-1, 0, 0.5, 1e9) } };

test('numbers to be answered with pass', () => {
  expect(() => check(numbers)).not.toThrow();
});

test.each([
  [{ targetShape: [] }, 'targetShape is [], expected one to four positive whole numbers'],
  [{ targetShape: [1, 1, 1, 1, 1] }, 'targetShape is [1, 1, 1, 1, 1]'],
  [{ targetShape: [0] }, 'targetShape is [0]'],
  [{ classes: 2 }, 'classes is 2, expected 0, as samples have numbers of `targetShape`'],
  [{ labels: ['a', 'b'] }, 'labels is ["a", "b"], expected to be left out'],
  [{ targetShape: [3] }, 'training.labels is of length 4, expected 6: 2 targets of shape [3]'],
  [{ test: split }, 'test.labels is a Uint8Array, expected a Float32Array of targets'],
  [{ test: { ...split, labels: Float64Array.of(1, 2, 3, 4) } }, 'test.labels is a Float64Array'],
  [{ test: { ...split, labels: Float32Array.of(1, 2, 3, NaN) } }, 'test.labels has NaN in the target of sample 1, expected finite numbers'],
])('numbers of a data set with %o', (change, message) => {
  expect(diagnosed(() => check({ ...numbers, ...change })).message).toContain(message);
});

test('a promise has to be awaited', () => {
  expect(diagnosed(() => check(Promise.resolve(good))).message).toBe('the given Dataset is a promise of one, expected a Dataset: await it first');
});

test.each([undefined, null, 'digits', 7])('%o is no data set', (given) => {
  expect(diagnosed(() => check(given)).code).toBe('data/given');
});
