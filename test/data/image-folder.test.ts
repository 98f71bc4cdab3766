import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { checkGivenDataset } from '../../src/data/given-dataset.ts';
import { loadDataset } from '../../src/driver/data/load-dataset.ts';
import type { DataSearch } from '../../src/driver/data/search-path.ts';
import { runData } from '../../src/driver/run/run-data.ts';
import type { TrainSpec } from '../../src/ir/network.ts';
import { diagnosed, diagnosedAsync } from './diagnosed.ts';
import { idxBytes, pngBytes } from './files.ts';
import { contentsOf } from './samples.ts';
import { jpegFiles } from './jpeg-files.ts';

let root = '';
let search: DataSearch = {};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ssl-images-'));
  search = { workingDirectory: root, environment: { HOME: join(root, 'home') }, platform: 'linux' };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
}

const grayPixel = (value: number): Uint8Array => pngBytes({ width: 1, height: 1, colour: 0, rows: Uint8Array.of(value) });
const redPixel = pngBytes({ width: 1, height: 1, colour: 2, rows: Uint8Array.of(200, 0, 0) });
const jpeg = Buffer.from(jpegFiles['baseline, 4:4:4'], 'base64');
const message = async (reading = {}): Promise<string> => (await diagnosedAsync(loadDataset('images', search, reading))).message;
const warnings = async (reading = {}): Promise<readonly string[] | undefined> => (await loadDataset('images', search, reading)).warnings?.map((warning) => warning.message);

test('a folder of images per class, in natural order', async () => {
  put('images/train/class10/a.png', grayPixel(10));
  put('images/train/class2/b.png', grayPixel(3));
  put('images/train/class2/a.png', grayPixel(2));
  put('images/train/.hidden/a.png', grayPixel(2));
  put('images/test/class10/a.png', grayPixel(11));
  const dataset = await loadDataset('images', search);
  expect(dataset).toMatchObject({ shape: [1, 1, 1], classes: 2, labels: ['class2', 'class10'] });
  expect([...contentsOf(dataset.training.samples)]).toEqual([2, 3, 10]);
  expect([...dataset.training.labels]).toEqual([0, 0, 1]);
  expect([...dataset.test.labels]).toEqual([1]);

  put('images/test/class2/colour.png', redPixel);
  const coloured = await loadDataset('images', search);
  expect(coloured.shape).toEqual([3, 1, 1]);
  expect([...contentsOf(coloured.training.samples)]).toEqual([2, 2, 2, 3, 3, 3, 10, 10, 10]);
  expect([...contentsOf(coloured.test.samples)]).toEqual([200, 0, 0, 11, 11, 11]);
});

test('what can be wrong with a folder of images', async () => {
  put('images/train/a/1.png', grayPixel(1));
  expect(await message()).toBe(`${join(root, 'images')} lacks the folder test`);
  put('images/test/b/1.png', grayPixel(1));
  expect(await message()).toContain('is a class without training samples; known: a');
  rmSync(join(root, 'images/test/b'), { recursive: true });
  put('images/test/a/wide.png', pngBytes({ width: 2, height: 1, colour: 0, rows: Uint8Array.of(1, 2) }));
  expect(await message()).toBe(`of 2 images of ${join(root, 'images')}, 1 is not 1 x 1 (height x width): ${join(root, 'images/test/a/wide.png')} is 1 x 2`);
  rmSync(join(root, 'images/test/a/wide.png'));
  expect(await message()).toBe(`${join(root, 'images/test/a')} is empty, expected PNG or JPEG images of the class`);
  put('images/test/a/photo.webp', grayPixel(1));
  expect(await message()).toBe(`${join(root, 'images/test/a')} has photo.webp, expected PNG and JPEG images only`);
  rmSync(join(root, 'images/test/a/photo.webp'));
  put('images/test/a/1.png', grayPixel(1).subarray(0, 50));
  expect(await message()).toContain('1.png is truncated');
});

test('names of class folders are compared in NFC', async () => {
  const [composed, decomposed] = ['NFC', 'NFD'].map((form) => 'épagneul'.normalize(form));
  put(`images/train/${decomposed}/1.png`, grayPixel(1));
  put(`images/test/${composed}/1.png`, grayPixel(1));
  expect((await loadDataset('images', search)).labels).toEqual([composed]);
  put(`images/train/${composed}/2.png`, grayPixel(1));
  expect((await diagnosedAsync(loadDataset('images', search))).message).toBe(
    `${join(root, 'images', 'train')} holds ${composed} twice, spelt with different Unicode characters, expected one folder of the class`,
  );
});

test('images in sub-folders belong to the class; hidden files do not; what else is not read is said', async () => {
  put('images/train/a/2.png', grayPixel(2));
  put('images/train/a/deep/er/3.PNG', grayPixel(3));
  put('images/train/a/1.png', grayPixel(1));
  put('images/train/a/._1.png', Uint8Array.of(0));
  put('images/train/a/._photo.gif', Uint8Array.of(0));
  put('images/train/a/Thumbs.db', Uint8Array.of(0));
  put('images/test/a/1.png', grayPixel(1));
  const quiet = await loadDataset('images', search);
  expect([...contentsOf(quiet.training.samples)]).toEqual([1, 2, 3]);
  expect(quiet.warnings).toEqual([]);

  put('images/valid/a/1.png', grayPixel(1));
  put('images/train/a/notes.txt', Uint8Array.of(0));
  put('images/test/names.csv', Uint8Array.of(0));
  expect((await loadDataset('images', search)).warnings).toMatchObject([
    { severity: 'warning', message: `of ${join(root, 'images')}, ${join(root, 'images', 'valid')} is not read, nor 2 more` },
  ]);
  put('images/train/lost.png', grayPixel(1));
  expect((await diagnosedAsync(loadDataset('images', search))).message).toBe(`${join(root, 'images', 'train')} holds lost.png beside the folders of the classes`);
  rmSync(join(root, 'images/train/lost.png'));
  put('images/train/a/deep/photo.GIF', Uint8Array.of(0));
  expect((await diagnosedAsync(loadDataset('images', search))).message).toBe(`${join(root, 'images', 'train', 'a', 'deep')} has photo.GIF, expected PNG and JPEG images only`);
});

test('the folder val is what is held out', async () => {
  for (const [i, place] of ['train/a/1', 'train/b/1', 'train/b/2', 'val/b/1', 'test/a/1'].entries()) put(`images/${place}.png`, grayPixel(i));
  const dataset = await loadDataset('images', search);
  expect(dataset).toMatchObject({ heldOut: 1, training: { count: 4 }, test: { count: 1 }, warnings: [] });
  expect([...contentsOf(dataset.training.samples), ...dataset.training.labels]).toEqual([0, 1, 2, 3, 0, 1, 1, 1]);
  checkGivenDataset(dataset);
  const run = (spec: Partial<TrainSpec> = {}, given = dataset): ReturnType<typeof runData> => runData(given, { heldOut: 1 / 12, seed: 1, ...spec } as TrainSpec);
  expect([run().division.training, run().division.heldOut].map((indices) => [...indices])).toEqual([[0, 1, 2], [3]]);
  // Who held out what is part of what the data is.
  expect(run().fingerprint).not.toBe(run({}, { ...dataset, heldOut: 2 }).fingerprint);
  const { heldOut, ...undivided } = dataset;
  expect(run().fingerprint).not.toBe(run({}, undivided).fingerprint);
  expect(heldOut).toBe(1);
  const { message: twice, help } = diagnosed(() => run({ heldOutSpan: { source: 'x.ssl', start: 0, end: 1 } as unknown as NonNullable<TrainSpec['heldOutSpan']> }));
  expect(twice).toBe('both `held_out` and images itself say which samples are held out');
  expect(help).toBe('leave `held_out` out; a folder of images says it by its folder val');
  expect(diagnosed(() => checkGivenDataset({ ...dataset, heldOut: 4 })).message).toBe('the given Dataset: heldOut is 4, expected a whole number from 1 to 3, or to be left out');

  put('images/val/c/1.png', grayPixel(1));
  expect(await message()).toBe(`${join(root, 'images/val/c')} is a class without training samples; known: a, b`);
});

test('JPEG images, whatever they are called', async () => {
  put('images/train/a/1.jpg', jpeg);
  put('images/train/a/2.png', jpeg);
  put('images/test/a/1.JPEG', jpeg);
  const { shape, training, test: tested, warnings: said } = await loadDataset('images', search);
  expect([shape, training.count, tested.count, said]).toEqual([[3, 10, 12], 2, 1, []]);
  expect(contentsOf(training.samples).subarray(0, 360)).toEqual(tested.samples);
  // EXIF: the camera was held upright.
  const exif = Buffer.from('4578696600004d4d002a000000080001011200030000000100060000', 'hex');
  put('images/train/a/1.jpg', Buffer.concat([jpeg.subarray(0, 2), Buffer.of(0xff, 0xe1, 0, exif.length + 2), exif, jpeg.subarray(2)]));
  expect(await warnings()).toEqual([`of 3 images of ${join(root, 'images')}, 1 is marked as turned (EXIF): read as stored`]);
});

test('what the network reads is made of what there is, and said once', async () => {
  const folder = join(root, 'images');
  put('images/train/a/1.png', grayPixel(9));
  put('images/train/a/2.png', grayPixel(8));
  put('images/train/a/3.png', redPixel);
  put('images/test/a/1.png', pngBytes({ width: 1, height: 1, depth: 16, colour: 4, rows: Uint8Array.of(0, 0, 0x80, 0) }));
  const colour = await loadDataset('images', search, { inputShape: [3, 1, 1] });
  expect([colour.shape, [...contentsOf(colour.training.samples)], [...contentsOf(colour.test.samples)]]).toEqual([[3, 1, 1], [9, 9, 9, 8, 8, 8, 200, 0, 0], [127, 127, 127]]);
  const always = [`of 4 images of ${folder}, 1 is transparent in places: what shows through is white`, `of 4 images of ${folder}, 1 has 16 bits a channel: rounded to 8`];
  expect(await warnings({ inputShape: [3, 1, 1] })).toEqual([`of 4 images of ${folder}, 3 are grey: the one channel is read as red, green and blue`, ...always]);
  const grey = await loadDataset('images', search, { inputShape: [1, 1, 1] });
  expect([grey.shape, [...contentsOf(grey.training.samples)]]).toEqual([[1, 1, 1], [9, 8, 60]]);
  expect(await warnings({ inputShape: [1, 1, 1] })).toEqual([`of 4 images of ${folder}, 1 is in colour: the luma is read, 0.299 R + 0.587 G + 0.114 B`, ...always]);
  // Where nobody knows a network, or it reads something else, the images decide.
  expect((await loadDataset('images', search)).shape).toEqual([3, 1, 1]);
  expect((await loadDataset('images', search, { inputShape: [784], resize: true })).shape).toEqual([3, 1, 1]);
});

test('other sizes are refused, or scaled where that is asked for', async () => {
  const wide = pngBytes({ width: 4, height: 2, colour: 0, rows: Uint8Array.of(0, 100, 200, 100, 40, 80, 40, 80) });
  for (const name of ['train/a/1', 'train/a/2', 'train/a/3', 'train/a/4', 'train/a/5']) put(`images/${name}.png`, wide);
  put('images/test/a/1.png', grayPixel(9));
  const path = (name: string): string => join(root, 'images', `${name}.png`);
  const { code, message: refused, help } = await diagnosedAsync(loadDataset('images', search, { inputShape: [1, 1, 1] }));
  expect(code).toBe('data/image-sizes');
  expect(refused).toBe(`of 6 images of ${join(root, 'images')}, 5 are not 1 x 1 (height x width): ${path('train/a/1')} is 2 x 4, ${path('train/a/2')} is 2 x 4, ${path('train/a/3')} is 2 x 4, 2 more`);
  expect(help).toContain('`resize = true` in the `train` block');
  const { shape, training, test: tested, warnings: said } = await loadDataset('images', search, { inputShape: [1, 1, 2], resize: true });
  expect([shape, training.count, [...contentsOf(tested.samples)]]).toEqual([[1, 1, 2], 5, [9, 9]]);
  // Rows of 2 as one, columns of 4 as two: triangles cut at the border, 3 3 1 of 7.
  const halves = [(3 * 100 + 200 + (3 * 40 + 3 * 80 + 40)) / 14, (100 + 3 * 200 + 3 * 100 + (80 + 3 * 40 + 3 * 80)) / 14];
  expect([...contentsOf(training.samples).subarray(0, 2)]).toEqual(halves.map(Math.round));
  expect(said?.map((each) => each.message)).toEqual([`of 6 images of ${join(root, 'images')}, 6 have another size: scaled to 1 x 2 (height x width)`]);
  // Arrays have the shape that they have.
  for (const [name, bytes] of [['train-images-idx3', [1, 1, 2]], ['train-labels-idx1', [1]], ['t10k-images-idx3', [1, 1, 2]], ['t10k-labels-idx1', [1]]] as const) put(`arrays/${name}-ubyte`, idxBytes(bytes, bytes.length === 1 ? [0] : [1, 2]));
  expect((await loadDataset('arrays', search, { inputShape: [1, 4, 4], resize: true })).warnings).toMatchObject([
    { severity: 'warning', message: `\`resize\` scales the images of class folders, but ${join(root, 'arrays')} holds IDX files, which are taken as they are` },
  ]);
});

test('images that cannot be read are counted, and the first are named', async () => {
  for (let i = 0; i < 5; i++) put(`images/train/a/${i}.png`, grayPixel(i).subarray(0, 40 + i));
  put('images/train/a/5.png', grayPixel(5));
  put('images/test/a/1.jpg', jpeg.subarray(0, 100));
  const fault = async (): Promise<readonly string[]> => {
    try {
      await loadDataset('images', search);
    } catch (error) {
      if (error instanceof DiagnosticError) return error.diagnostics.map((each) => each.message);
    }
    return [];
  };
  const path = (name: string): string => join(root, 'images', name);
  // The headers of five are whole; they are counted beside the one that has none.
  expect(await fault()).toEqual([`of 7 images of ${join(root, 'images')}, 6 cannot be read; the first 3 are named here`, ...[0, 1, 2].map((i) => expect.stringContaining(`${path(`train/a/${i}.png`)} is truncated`))]);
  for (let i = 0; i < 5; i++) put(`images/train/a/${i}.png`, grayPixel(i));
  expect(await fault()).toEqual([`${path('test/a/1.jpg')} is corrupt: found the end of the file after 100 bytes, expected an end-of-image marker`]);
  for (let i = 0; i < 5; i++) put(`images/train/a/${i}.png`, grayPixel(i).subarray(0, 40 + i));
  put('images/test/a/1.jpg', grayPixel(1));
  expect(await fault()).toEqual([
    `of 7 images of ${join(root, 'images')}, 5 cannot be read; the first 3 are named here`,
    ...[0, 1, 2].map((i) => expect.stringContaining(`${path(`train/a/${i}.png`)} is truncated`)),
  ]);
  for (const i of [0, 1, 2]) put(`images/train/a/${i}.png`, grayPixel(i));
  put('images/train/a/3.png', new TextEncoder().encode('GIF89a'));
  put('images/train/a/4.png', pngBytes({ width: 6000, height: 6000, colour: 0, rows: new Uint8Array(6000) }));
  expect(await fault()).toEqual([
    `of 7 images of ${join(root, 'images')}, 2 cannot be read; they are named here`,
    `${path('train/a/3.png')} is not a PNG or JPEG image: it begins with 47 49 46 38 39 61`,
    expect.stringContaining(`${path('train/a/4.png')} is too large: found 6000 x 6000 pixels`),
  ]);
});
