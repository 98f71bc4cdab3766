import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkDataset } from '../../src/data/check-dataset.ts';
import { datasetOf, heldOut } from '../../src/data/dataset.ts';
import type { Samples } from '../../src/base/samples.ts';
import type { ReadSplit } from '../../src/data/dataset.ts';
import { digits } from '../../src/data/digits/digits.ts';
import { diagnosed } from './diagnosed.ts';
import { contentsOf } from './samples.ts';

test('digits depend on the seed and the index alone', () => {
  const few = digits({ seed: 3, training: 20, test: 5 });
  const more = digits({ seed: 3, training: 40, test: 5 });
  expect(contentsOf(more.training.samples).slice(0, 20 * 784)).toEqual(few.training.samples);
  expect(more.training.labels.slice(0, 20)).toEqual(few.training.labels);
  expect(more.test).toEqual(few.test);
  expect(digits({ seed: 4, training: 20, test: 5 }).training.samples).not.toEqual(few.training.samples);
  expect(contentsOf(few.training.samples).slice(0, 5 * 784)).not.toEqual(few.test.samples);
});

test('digits have ink on every page, all ten classes, and paper around', () => {
  const { training, shape, classes } = digits({ seed: 1, training: 300, test: 0 });
  expect(shape).toEqual([1, 28, 28]);
  expect(new Set(training.labels).size).toBe(classes);
  for (let i = 0; i < training.count; i++) {
    const page = contentsOf(training.samples).subarray(i * 784, (i + 1) * 784);
    const ink = page.filter((value) => value > 127).length;
    expect(ink).toBeGreaterThan(12);
    expect(ink).toBeLessThan(350);
  }
});

test('a held-out split takes each sample once, repeatably', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.double({ min: 0, max: 0.49, noNaN: true }), fc.integer(), (count, share, seed) => {
      const parts = heldOut({ count }, share, seed);
      expect(parts).toEqual(heldOut({ count }, share, seed));
      expect(parts.heldOut.length).toBe(Math.round(count * share));
      const all = [...parts.training, ...parts.heldOut].toSorted((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(parts.training).toEqual(parts.training.toSorted());
    }),
    { numRuns: 50 },
  );
  expect(heldOut({ count: 60_000 }, 1 / 12, 1).heldOut.length).toBe(5000);
});

test.each([-0.1, 1, 0.99, Number.NaN])('refuses a held-out share of %d of 10', (share) => {
  expect(diagnosed(() => heldOut({ count: 10 }, share, 1)).code).toBe('data/held-out');
});

const readSplit = (place: string, shape: readonly number[], samples: Samples): ReadSplit => ({
  place,
  shape,
  split: { count: 1, samples, labels: Uint8Array.of(2) },
});

test('splits must agree', () => {
  const training = readSplit('train', [1, 1, 2], Uint8Array.of(1, 2));
  expect(datasetOf('d', training, training).classes).toBe(3);
  const wider = readSplit('test', [1, 1, 3], Uint8Array.of(1, 2, 3));
  expect(diagnosed(() => datasetOf('d', training, wider)).message).toBe(
    'test has samples of shape [1, 1, 3], expected [1, 1, 2] as in train',
  );
  const floats = readSplit('test', [1, 1, 2], Float32Array.of(1, 2));
  expect(diagnosed(() => datasetOf('d', training, floats)).code).toBe('data/sample-type');
});

test('classes without samples are named, to train on or to test by', () => {
  const split = (labels: readonly number[]): ReadSplit => ({ place: 'split', shape: [1], split: { count: labels.length, samples: Uint8Array.from(labels), labels: Uint8Array.from(labels) } });
  const warnings = (training: readonly number[], test: readonly number[]): readonly (readonly string[])[] =>
    checkDataset(datasetOf('pets', split(training), split(test), ['cat', 'dog', 'emu']), { inputShape: [1], classes: 3 }).map(({ severity, code, message }) => [severity, code, message]);
  expect(warnings([2, 1, 0], [0, 1, 2])).toEqual([]);
  expect(warnings([2, 1, 0], [1])).toEqual([['warning', 'data/untested-class', 'pets has no test sample of class "cat", "emu"']]);
  // What cannot be learnt is not told a second time.
  expect(warnings([0, 0, 0], [1])).toEqual([['warning', 'data/unseen-class', 'pets has no training sample of class "dog", "emu"'], ['warning', 'data/untested-class', 'pets has no test sample of class "cat"']]);
});

test('shapes and classes are held against the network', () => {
  const dataset = digits({ seed: 1, training: 100, test: 100 });
  expect(checkDataset(dataset, { inputShape: [1, 28, 28], classes: 10 })).toEqual([]);
  const [shape, classes] = checkDataset(dataset, { inputShape: [3, 32, 32], classes: 5 });
  expect(shape?.message).toBe("samples of digits have shape [1, 28, 28], but the network's input is [3, 32, 32]");
  expect(classes?.message).toBe('digits has 10 classes, but the network has 5 outputs');
  expect(classes?.severity).toBe('error');
  const flat = checkDataset(dataset, { inputShape: [784], classes: 12 });
  expect(flat.map((d) => d.severity)).toEqual(['error', 'warning']);
  expect(flat[0]?.help).toContain('flatten');
});
