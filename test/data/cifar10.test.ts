import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadDataset } from '../../src/driver/data/load-dataset.ts';
import type { DataSearch } from '../../src/driver/data/search-path.ts';
import { diagnosedAsync } from './diagnosed.ts';
import { cifarBytes } from './files.ts';
import { contentsOf } from './samples.ts';

// Files of 30 MB each.
vi.setConfig({ testTimeout: 60_000 });

let root = '';
let search: DataSearch = {};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ssl-cifar10-'));
  search = { workingDirectory: root, environment: { HOME: join(root, 'home') }, platform: 'linux' };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
}

const cifar10 = { kind: 'named', name: 'cifar10' } as const;
const pack = (bytes: Uint8Array): Uint8Array => gzipSync(bytes, { level: 1 });

test('labels and planes, plain and packed; missing training batches are said', async () => {
  put('data/cifar10/data_batch_2.bin', cifarBytes((i) => i % 10, (i) => i));
  put('data/cifar10/data_batch_2.bin.gz', Uint8Array.of(0));
  put('data/cifar10/data_batch_5.bin.gz', pack(cifarBytes((i) => 9 - (i % 10), (i) => 7 * i)));
  put('data/cifar10/test_batch.bin.gz', pack(cifarBytes(() => 3, () => 0)));
  const dataset = await loadDataset(cifar10, search);
  const folder = join(root, 'data/cifar10');
  expect(dataset).toMatchObject({ name: 'cifar10', shape: [3, 32, 32], classes: 10, origin: folder });
  expect(dataset.labels).toEqual(['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']);
  const { training } = dataset;
  expect([training.count, dataset.test.count]).toEqual([20_000, 10_000]);
  expect([...training.labels.subarray(0, 11), ...training.labels.subarray(10_000, 10_003)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 9, 8, 7]);
  const samples = contentsOf(training.samples);
  // Every byte of an image has its position in it, and the image's number, in its value.
  for (const [image, byte] of [[0, 0], [0, 3071], [1, 0], [9999, 1024]] as const) {
    expect(samples[image * 3072 + byte]).toBe((image + byte) & 255);
    expect(samples[(10_000 + image) * 3072 + byte]).toBe((7 * image + byte) & 255);
  }
  // Of a packed file beside a plain one both are in memory, which threads share.
  expect(training.samples).toBeInstanceOf(Uint8Array);
  expect(training.samples).toHaveProperty('buffer', expect.any(SharedArrayBuffer));
  expect(dataset.warnings).toMatchObject([
    { severity: 'warning', code: 'data/missing-batches', message: `${folder} lacks data_batch_1.bin, data_batch_3.bin, data_batch_4.bin: 20,000 of 50,000 training images are left` },
    { severity: 'warning', code: 'data/twice', message: `${folder} holds data_batch_2.bin and data_batch_2.bin.gz; data_batch_2.bin is read` },
  ]);
});

test('samples of packed files are the only large memory that is taken', async () => {
  for (const file of ['data_batch_1.bin', 'data_batch_2.bin.gz', 'test_batch.bin']) put(`data/cifar10/${file}`, file.endsWith('.gz') ? pack(cifarBytes(() => 3, () => 0)) : cifarBytes((i) => i % 10, (i) => i));
  const taken: number[] = [];
  const Memory = SharedArrayBuffer;
  vi.stubGlobal('SharedArrayBuffer', class extends Memory {
    constructor(length: number) {
      super(length);
      taken.push(length);
    }
  });
  try {
    const { test: judged } = await loadDataset(cifar10, search);
    // Beside the samples, the labels of the last file.
    expect(taken).toEqual([20_000 * 3072 + 10_000]);
    const images = contentsOf(judged.samples);
    expect([images.length, images[0], images[9999 * 3072 + 1024], judged.labels[9998]]).toEqual([10_000 * 3072, 0, (9999 + 1024) & 255, 8]);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('files cut short, too long, and labels that are none', async () => {
  const whole = cifarBytes((i) => i % 10, () => 0);
  put('data/cifar-10-batches-bin/test_batch.bin', whole);
  const path = join(root, 'data/cifar-10-batches-bin/data_batch_1.bin');
  // Fetched elsewhere it would not be found before the broken one.
  const again = `run \`ssl-compile data cifar10 --data ${join(root, 'data')}\` to fetch it again`;
  const fault = async (bytes: Uint8Array): Promise<string> => {
    writeFileSync(path, bytes);
    return (await diagnosedAsync(loadDataset(cifar10, search))).message;
  };
  expect(await fault(whole.subarray(0, -3073))).toBe(`${path} is truncated: found 30726927 bytes, expected 30730000`);
  expect(await fault(Buffer.concat([whole, Buffer.of(0)]))).toBe(`${path} is too long: found 30730001 bytes, expected 30730000`);
  const bad = Uint8Array.from(whole);
  bad[7 * 3073] = 10;
  expect(await fault(bad)).toBe(`${path} has label 10 at sample 7, expected 0 to 9`);
  rmSync(path);
  put('data/cifar-10-batches-bin/data_batch_1.bin.gz', pack(whole.subarray(0, 1000)));
  expect(await diagnosedAsync(loadDataset(cifar10, search))).toMatchObject({ message: `${path}.gz is truncated: found 1000 bytes, expected 30730000`, help: again });
  put('data/cifar-10-batches-bin/data_batch_1.bin.gz', pack(whole).subarray(0, -100));
  expect(await diagnosedAsync(loadDataset(cifar10, search))).toMatchObject({ code: 'data/corrupt', help: again });
});

test('without test images, without training images, without any', async () => {
  const message = async (): Promise<string> => (await diagnosedAsync(loadDataset(cifar10, search))).message;
  expect((await diagnosedAsync(loadDataset(cifar10, search))).help).toContain('run `ssl-compile data cifar10`,');
  expect(await message()).toContain(`no data set cifar10; looked in ${join(root, 'data/cifar10')}, ${join(root, 'data/cifar-10-batches-bin')}, `);
  put('data/data_batch_1.bin', Uint8Array.of(0));
  expect(await message()).toBe(`${join(root, 'data')} lacks test_batch.bin[.gz]`);
  put('data/cifar10/test_batch.bin', Uint8Array.of(0));
  const { message: untrained, help } = await diagnosedAsync(loadDataset(cifar10, search));
  expect(untrained).toBe(`${join(root, 'data/cifar10')} lacks data_batch_1.bin[.gz] to data_batch_5.bin[.gz]`);
  expect(help).toContain(`ssl-compile data cifar10 --data ${join(root, 'data')}`);
});

test('other names for it lead to it', async () => {
  const { message, help } = await diagnosedAsync(loadDataset({ kind: 'named', name: 'CIFAR' }, search));
  expect([message, help]).toEqual(['there is no known data set `CIFAR`', 'here it is called `cifar10`']);
  put('mine/data_batch_1.bin', Uint8Array.of(0));
  expect((await diagnosedAsync(loadDataset('mine', search))).help).toBe('these are the files of CIFAR-10: `train on cifar10`, and name their folder with --data or SSL_DATA');
});

const real = process.env['SSL_DATA'];
test.skipIf(real === undefined || !existsSync(join(real, 'cifar10', 'test_batch.bin.gz')))('the real files have the published statistics', { timeout: 60_000 }, async () => {
  const { training, warnings } = await loadDataset(cifar10, { directory: real });
  expect([training.count, warnings]).toEqual([50_000, []]);
  const counts = Array.from({ length: 10 }, () => 0);
  for (const label of training.labels) counts[label] = (counts[label] ?? 0) + 1;
  expect(counts).toEqual(counts.map(() => 5000));
  const sums = [0, 0, 0];
  const samples = contentsOf(training.samples);
  for (let i = 0; i < samples.length; i++) sums[(i >> 10) % 3] = (sums[(i >> 10) % 3] ?? 0) + (samples[i] ?? 0);
  for (const [c, mean] of [0.4914, 0.48216, 0.44653].entries()) expect((sums[c] ?? 0) / (255 * 1024 * 50_000)).toBeCloseTo(mean, 5);
});
