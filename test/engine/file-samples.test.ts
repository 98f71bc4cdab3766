import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { areInFiles } from '../../src/base/samples.ts';
import type { FileSamples } from '../../src/base/samples.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { checkRange } from '../../src/data/value-range.ts';
import { loadDataset } from '../../src/driver/data/load-dataset.ts';
import { runData } from '../../src/driver/run/run-data.ts';
import { train } from '../../src/driver/run/train.ts';
import type { TrainOptions } from '../../src/driver/run/train-options.ts';
import { openSamples } from '../../src/engine/sample-reader.ts';
import type { TrainSpec } from '../../src/ir/network.ts';
import { diagnosed, diagnosedAsync } from '../data/diagnosed.ts';
import { bytesOf, npyBytes } from '../data/files.ts';
import { contentsOf } from '../data/samples.ts';
import { putStripes, recordsOfStripes } from './file-samples.ts';
import { augmentedSource, modelOf, stripes } from './fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'ssl-file-samples-'));
afterAll(() => rmSync(root, { recursive: true }));
const at = (name: string): string => join(root, name);

const load = (folder: string): Promise<Dataset> => loadDataset({ kind: 'folder', path: folder }, { environment: {}, workingDirectory: root });
const run = (data: Dataset, out: string, options: Partial<TrainOptions> = {}): ReturnType<typeof train> => train(modelOf(augmentedSource), data, { out: at(out), threads: 1, ...options });
const weights = (out: string): Buffer => readFileSync(join(at(out), 'weights.safetensors'));
const fingerprint = (data: Dataset): string => runData(data, { heldOut: 0.1, seed: 1 } as TrainSpec).fingerprint;
const inFiles = ({ samples }: Dataset['training']): FileSamples => {
  if (!areInFiles(samples)) throw new Error('samples are in memory');
  return samples;
};

describe.each(['idx', 'u1', '<f4', '>f4', '<f8'] as const)('samples of %s', (form) => {
  test('stay in files that are not packed, and are the same there', async () => {
    const packed = await load(putStripes(at(`${form}-packed`), form, true));
    const plain = await load(putStripes(at(form), form, false));
    expect([areInFiles(packed.training.samples), areInFiles(packed.test.samples)]).toEqual([false, false]);
    expect([inFiles(plain.training).files.length, inFiles(plain.test).files.length]).toEqual([1, 1]);
    expect(contentsOf(plain.training.samples)).toEqual(contentsOf(packed.training.samples));
    expect({ ...plain.training, samples: [] }).toEqual({ ...packed.training, samples: [] });
    expect(fingerprint(plain)).toBe(fingerprint(packed));
  });
});

test('a network gets the same weights, whatever its samples are read from, on one thread and two', { timeout: 120_000 }, async () => {
  await run(stripes(600, 100), 'memory');
  for (const threads of [1, 2]) {
    await run(recordsOfStripes(at('records')), `records-${threads}`, { threads });
    expect(weights(`records-${threads}`).equals(weights('memory'))).toBe(true);
  }
  await run(await load(putStripes(at('floats'), '<f8', true)), 'floats-packed');
  await run(await load(putStripes(at('doubles'), '<f8', false)), 'floats-plain', { threads: 2 });
  expect(weights('floats-plain').equals(weights('floats-packed'))).toBe(true);
  expect(weights('floats-plain').equals(weights('memory'))).toBe(false);
});

test('samples are found in any order, over the ends of files', () => {
  const { samples } = recordsOfStripes(at('order')).training;
  const expected = contentsOf(stripes(600, 100).training.samples);
  for (const order of ['any', 'ascending'] as const) {
    const reader = openSamples(samples, 64, order);
    for (const index of [599, 0, 249, 250, 251, 250, 7]) {
      const from = reader.locate(index);
      expect([...reader.held.subarray(from, from + 64)]).toEqual([...expected.subarray(index * 64, index * 64 + 64)]);
    }
    reader.close();
  }
});

test('numbers in files are judged as those in memory are', async () => {
  const put = (values: Float32Array): Promise<Dataset> => {
    const folder = putStripes(at('judged'), '<f4', false);
    writeFileSync(join(folder, 'train-images.npy'), npyBytes('<f4', [600, 8, 8], bytesOf(values)));
    return load(folder);
  };
  const values = new Float32Array(600 * 64).fill(0.5);
  expect(checkRange(await put(values))).toEqual([]);
  values[30_000] = 255;
  expect(checkRange(await put(values))).toMatchObject([{ message: expect.stringContaining('hold numbers from 0.5 to 255 that are not bytes') }]);
  values[30_001] = Number.NaN;
  expect(await diagnosedAsync(put(values))).toMatchObject({ code: 'data/not-finite', message: `${at('judged/train-images.npy')} holds NaN at element 30001, expected finite numbers` });
});

describe('files that are not left alone', { timeout: 60_000 }, () => {
  const changes: readonly (readonly [string, (path: string) => void, string])[] = [
    ['shorter', (path) => truncateSync(path, 1000), 'found 1000 bytes, expected 22750'],
    ['longer', (path) => appendFileSync(path, 'x'), 'found 22751 bytes, expected 22750'],
    ['written to', (path) => utimesSync(path, 1, 1), 'it has been written to'],
    ['gone', (path) => rmSync(path), 'there is no such file'],
  ];

  test.each(changes)('%s before a run', async (name, change, why) => {
    const data = recordsOfStripes(at(`early-${name}`));
    const path = join(at(`early-${name}`), 'batch-2.bin');
    change(path);
    expect(await diagnosedAsync(run(data, `early-${name}-run`))).toMatchObject({ code: 'data/changed', message: `${path} is not as it was when the data set was read: ${why}` });
    expect(existsSync(at(`early-${name}-run`))).toBe(false);
  });

  test('a reader of a file that is cut while it is read', () => {
    const { samples } = recordsOfStripes(at('cut')).training;
    const reader = openSamples(samples, 64, 'any');
    reader.locate(3);
    truncateSync(at('cut/batch-1.bin'), 100);
    expect(diagnosed(() => reader.locate(1)).message).toContain('found 100 bytes, expected 16250');
    expect(diagnosed(() => reader.check()).code).toBe('data/changed');
    reader.close();
  });

  // A short read in the midst of a pass leaves other threads waiting at a barrier; a new time is seen at its end.
  test.each([
    ['cut', 2, (path: string): void => truncateSync(path, 1000)],
    ['written to', 1, (path: string): void => utimesSync(path, 1, 1)],
  ] as const)('%s during a run, which stops and goes on once they are as they were', async (name, threads, change) => {
    const folder = at(`late-${name}`);
    const out = `late-${name}-run`;
    const path = join(folder, 'batch-2.bin');
    const data = recordsOfStripes(folder);
    const onProgress: TrainOptions['onProgress'] = (event) => {
      if (event.kind === 'epoch' && event.epoch === 2) change(path);
    };
    const fault = await diagnosedAsync(run(data, out, { threads, onProgress }));
    expect(fault).toMatchObject({ code: 'data/changed', message: expect.stringContaining(path), help: expect.stringContaining('--resume') });
    await run(recordsOfStripes(folder), out, { threads, resume: true });
    await run(stripes(600, 100), `${out}-whole`, { threads });
    expect(weights(out).equals(weights(`${out}-whole`))).toBe(true);
  });
});

test.skipIf(!existsSync('/proc/self/fd'))('a run that has ended holds no file open', { timeout: 30_000 }, async () => {
  const held = (): readonly string[] => readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)];
    } catch {
      return []; // that of the listing itself
    }
  }).filter((path) => path.startsWith(at('open')));
  const seen: number[] = [];
  await run(recordsOfStripes(at('open')), 'open-run', { threads: 2, onProgress: (event) => void (event.kind === 'epoch' && seen.push(held().length)) });
  expect(Math.max(...seen)).toBeGreaterThan(0);
  expect(held()).toEqual([]);
});
