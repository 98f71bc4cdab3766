// .npy files of numbers that samples are to be answered with, in the place of labels.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import { present } from '../../src/base/invariant.ts';
import { checkDataset } from '../../src/data/check-dataset.ts';
import { loadDataset } from '../../src/driver/data/load-dataset.ts';
import { runData } from '../../src/driver/run/run-data.ts';
import { modelOf } from '../engine/fixture.ts';
import { diagnosedAsync } from './diagnosed.ts';
import { bytesOf, npyBytes } from './files.ts';
import { contentsOf } from './samples.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'ssl-targets-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);
const floats = (shape: readonly number[], values: readonly number[]): Uint8Array => npyBytes('<f4', shape, bytesOf(Float32Array.from(values)));

/** Three samples to train on and one to test by, all of two numbers. */
function putSamples(): void {
  put('train-images.npy', floats([3, 2], [1, 2, 3, 4, 5, 6]));
  put('test-images.npy', floats([1, 2], [7, 8]));
}
const load = (): ReturnType<typeof loadDataset> => loadDataset({ kind: 'folder', path: folder });
const fault = (): Promise<Diagnostic> => diagnosedAsync(load());

describe('numbers', () => {
  beforeEach(putSamples);

  test.each<[string, string, readonly number[], Uint8Array]>([
    ['one a sample, of f8', '<f8', [], bytesOf(Float64Array.of(0.5, -1, 3))],
    ['in a column, of f4', '<f4', [1], bytesOf(Float32Array.of(0.5, -1, 3))],
    ['two rows a sample', '<f4', [2, 1], bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6))],
    ['of four dimensions', '>f4', [1, 1, 1, 2], Uint8Array.of(63, 128, 0, 0, 64, 0, 0, 0, 63, 128, 0, 0, 64, 0, 0, 0, 63, 128, 0, 0, 64, 0, 0, 0)],
    ['whole ones, which stand for themselves', '<i2', [], bytesOf(Int16Array.of(7, -300, 2))],
  ])('%s', async (_, type, shape, bytes) => {
    for (const [name, count] of [['train', 3], ['test', 1]] as const) put(`${name}-targets.npy`, npyBytes(type, [count, ...shape], bytes.subarray(0, (bytes.length / 3) * count)));
    const dataset = await load();
    expect(dataset).toMatchObject({ shape: [2], classes: 0, targetShape: shape.length === 0 ? [1] : shape });
    expect(dataset.origin).toContain('.npy files with targets');
    expect([...dataset.training.labels]).toEqual(type === '<f8' || shape.join() === '1' ? [0.5, -1, 3] : type === '<i2' ? [7, -300, 2] : shape.length === 2 ? [1, 2, 3, 4, 5, 6] : [1, 2, 1, 2, 1, 2]);
    expect([...contentsOf(dataset.test.samples)]).toEqual([7, 8]);
  });

  test('packed, with packed samples', async () => {
    put('train-targets.npy.gz', gzipSync(floats([3, 2], [1, 2, 3, 4, 5, 6])));
    put('test-targets.npy', floats([1, 2], [7, 8]));
    rmSync(join(folder, 'train-images.npy'));
    put('train-images.npy.gz', gzipSync(floats([3, 2], [1, 2, 3, 4, 5, 6])));
    const { training, targetShape } = await load();
    expect({ targetShape, labels: [...training.labels] }).toEqual({ targetShape: [2], labels: [1, 2, 3, 4, 5, 6] });
  });
});

test('large ones are warned of, a single one is not', () => {
  const warned = (...labels: number[]): readonly unknown[] => {
    const split = { count: 20, samples: new Float32Array(40), labels: Float32Array.from({ length: 20 }, (_, i) => labels[i % labels.length] ?? NaN) };
    return checkDataset({ name: 'own', shape: [2], classes: 0, targetShape: [1], training: split, test: split }, { inputShape: [2], classes: 0, targetShape: [1] }).map(({ code, message, severity }) => [severity, code, message]);
  };
  expect(warned(99, 102.5)).toEqual([['warning', 'data/target-range', 'targets of own hold numbers from 99 to 102.5; they are taken as they are']]);
  expect(warned(-1e30, 1e30)).toEqual([['warning', 'data/target-range', 'targets of own hold numbers from -1e+30 to 1e+30; they are taken as they are']]);
  expect(warned(10, -10, 0)).toEqual([]);
  expect(warned(...Array.from({ length: 19 }, () => 0.5), 40)).toEqual([]);
});

describe('is refused', () => {
  beforeEach(() => {
    putSamples();
    put('train-targets.npy', floats([3, 2], [1, 2, 3, 4, 5, 6]));
    put('test-targets.npy', floats([1, 2], [7, 8]));
  });

  test.each<[string, string, Uint8Array, string, string]>([
    ['a target too few', 'train-targets.npy', floats([2, 2], [1, 2, 3, 4]), 'data/count', 'train-images.npy holds 3 samples, but FOLDER/train-targets.npy holds 2 targets'],
    ['another shape to test by', 'test-targets.npy', floats([1, 3], [1, 2, 3]), 'data/target-shape', 'targets of FOLDER/test-images.npy have shape [3], expected [2] as in FOLDER/train-images.npy'],
    ['NaN', 'train-targets.npy', floats([3, 2], [1, 2, 3, NaN, 5, 6]), 'data/target', 'train-targets.npy has NaN in the target of sample 1, expected finite numbers'],
    ['what f32 cannot hold', 'test-targets.npy', npyBytes('<f8', [1, 2], bytesOf(Float64Array.of(1, 1e300))), 'data/target', 'test-targets.npy has Infinity in the target of sample 0'],
    ['bytes, of which nobody knows what they stand for', 'test-targets.npy', npyBytes('|u1', [1, 2], Uint8Array.of(1, 2)), 'data/unsupported', 'test-targets.npy has bytes (u1), expected targets that stand for themselves'],
    ['five dimensions of a target', 'train-targets.npy', floats([3, 1, 1, 1, 1, 2], [1, 2, 3, 4, 5, 6]), 'data/unsupported', 'train-targets.npy has 6 dimensions [3, 1, 1, 1, 1, 2], expected 1 (count) to 5'],
    ['a single number', 'train-targets.npy', floats([], [1]), 'data/unsupported', 'train-targets.npy has 0 dimensions []'],
    ['labels beside them', 'train-labels.npy', npyBytes('|u1', [3], Uint8Array.of(0, 1, 0)), 'data/ambiguous', 'FOLDER holds .npy files and .npy files with targets, expected one data set'],
  ])('%s', async (_, name, bytes, code, message) => {
    put(name, bytes);
    const found = await fault();
    expect(found.code).toBe(code);
    expect(found.message.replaceAll(folder, 'FOLDER')).toContain(message);
  });

  test('a set of which the test has none', async () => {
    rmSync(join(folder, 'test-targets.npy'));
    const { code, message, help } = await fault();
    expect([code, message, help]).toEqual(['data/incomplete', `${folder} lacks test targets`, 'add test-targets.npy, plain or as .gz']);
  });

  test('samples alone, with a word of either', async () => {
    for (const name of ['train', 'test']) rmSync(join(folder, `${name}-targets.npy`));
    expect(await fault()).toMatchObject({ code: 'data/incomplete', help: 'add train-labels.npy, plain or as .gz; where the network is to answer with numbers, train-targets.npy' });
  });

  test('labels that are no whole numbers, with a word of targets', async () => {
    for (const name of ['train', 'test']) rmSync(join(folder, `${name}-targets.npy`));
    put('train-labels.npy', floats([3], [0, 0.5, 1]));
    put('test-labels.npy', floats([1], [0]));
    const { code, help } = await fault();
    expect({ code, help }).toMatchObject({ code: 'data/label', help: expect.stringContaining('train-targets.npy') as string });
  });

  test('by a network of another shape, of which both are named', async () => {
    const dataset = await load();
    const found = checkDataset(dataset, { inputShape: [2], classes: 0, targetShape: [1, 2] });
    expect(found.map(({ code, message, help }) => [code, message.replace(folder, 'FOLDER'), help])).toEqual([['data/target-shape', 'targets of FOLDER have shape [2], expected [1, 2], the output of the network', 'save them as array.reshape(-1, 1, 2)']]);
    expect(checkDataset(dataset, { inputShape: [2], classes: 0, targetShape: [2] })).toEqual([]);
    expect(checkDataset(dataset, { inputShape: [2], classes: 2 })[0]).toMatchObject({ code: 'data/task', help: expect.stringContaining('`task = regress`') as string });
  });

  test('nothing that is as it was: another target is another data set', async () => {
    const { train } = modelOf('network N(x: tensor[2]) { return dense(x, units = 2) }\ntrain on "n" { task = regress baseline { epochs = 1, rate = 0.1 } held_out = 0 }');
    const fingerprint = async (): Promise<string> => runData(await load(), present(train, 'train')).fingerprint;
    const before = await fingerprint();
    put('test-targets.npy', floats([1, 2], [7, 8.5]));
    expect(await fingerprint()).not.toBe(before);
    put('test-targets.npy', floats([1, 2], [7, 8]));
    expect(await fingerprint()).toBe(before);
    put('train-targets.npy', floats([3, 2, 1], [1, 2, 3, 4, 5, 6]));
    put('test-targets.npy', floats([1, 2, 1], [7, 8]));
    expect(await fingerprint()).not.toBe(before);
  });
});
