// Data sets as an exported program reads them: the samples, labels and classes that are read here.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { present } from '../../src/base/invariant.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { fitDataset } from '../../src/data/fit-dataset.ts';
import { runData } from '../../src/driver/run/run-data.ts';
import { trainingData } from '../../src/driver/data/training-data.ts';
import { dataInterfaceOf } from '../../src/ir/network.ts';
import type { Model } from '../../src/ir/network.ts';
import { taskOf } from '../../src/train/tasks/index.ts';
import { bytesOf, cifarBytes, idxBytes, npyBytes, pngBytes } from '../data/files.ts';
import { modelOf } from '../engine/fixture.ts';
import { runPython, temporaryFolder, writeProgramOf } from './program.ts';

const folder = temporaryFolder();

/** A file system of files by path. */
type Files = Readonly<Record<string, Uint8Array>>;

const counted = (count: number, step = 7): Uint8Array => Uint8Array.from({ length: count }, (_, i) => (i * step) % 251);
const words = (count: number): Uint8Array => bytesOf(Float32Array.from({ length: count }, (_, i) => Math.sin(i)));
const labels = (count: number, classes: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => i % classes);

const idxFiles: Files = {
  'train-images-idx3-ubyte': idxBytes([12, 4, 3], counted(144)),
  'train-labels-idx1-ubyte.gz': gzipSync(idxBytes([12], labels(12, 3))),
  't10k-images-idx3-ubyte.gz': gzipSync(idxBytes([6, 4, 3], counted(72))),
  't10k-labels-idx1-ubyte': idxBytes([6], labels(6, 3)),
};

/** PNG files of all kinds, some of another size than [3, 4, 5]. */
const pictures: Files = {
  'train/cat2/grey.png': pngBytes({ width: 5, height: 4, colour: 0, rows: counted(20), filters: [1, 2, 3, 4] }),
  'train/cat2/deep/16 bits.png': pngBytes({ width: 5, height: 4, depth: 16, colour: 2, rows: counted(120) }),
  'train/cat10/alpha.png': pngBytes({ width: 5, height: 4, colour: 6, rows: counted(80), filters: [4, 3, 2, 1] }),
  'train/cat10/large.png': pngBytes({ width: 11, height: 9, colour: 2, rows: counted(297), filters: [0, 4, 4, 3, 2, 1, 4, 3, 4] }),
  'train/a/small.png': pngBytes({ width: 2, height: 3, colour: 4, rows: counted(12) }),
  'train/a/two bits.png': pngBytes({ width: 5, height: 4, depth: 2, colour: 0, rows: counted(8) }),
  'train/a/palette.png': pngBytes({ width: 5, height: 4, depth: 4, colour: 3, rows: Uint8Array.from({ length: 12 }, (_, i) => (i % 3) * 16 + (i % 2)), extra: [['PLTE', counted(9, 29)], ['tRNS', Uint8Array.of(255, 90)]] }),
  'train/a/keyed.png': pngBytes({ width: 5, height: 4, colour: 2, rows: counted(60), extra: [['tRNS', Uint8Array.of(0, 0, 0, 7, 0, 14)]] }),
  'val/cat2/held.png': pngBytes({ width: 5, height: 4, depth: 1, colour: 0, rows: Uint8Array.of(0xa8, 0x50, 0xf8, 0) }),
  'val/a/held.png': pngBytes({ width: 5, height: 4, colour: 0, rows: counted(20, 11) }),
  'test/a/1.png': pngBytes({ width: 5, height: 4, colour: 0, rows: counted(20, 13) }),
  'test/cat10/1.png': pngBytes({ width: 6, height: 4, colour: 0, rows: counted(24, 13) }),
  'test/cat2/1.png': pngBytes({ width: 5, height: 2, colour: 0, rows: counted(10, 13) }),
};

const npyFiles = (type: string, samples: Uint8Array, tests: Uint8Array): Files => ({
  'train-images.npy': npyBytes(type, [10, 2, 3, 2], samples),
  'train-labels.npy': npyBytes('<i8', [10], bytesOf(BigInt64Array.from({ length: 10 }, (_, i) => BigInt(i % 4)))),
  'test-images.npy.gz': gzipSync(npyBytes(type, [4, 2, 3, 2], tests)),
  'test-labels.npy': npyBytes('|u1', [4, 1], labels(4, 4)),
});

const network = (shape: string, classes: number, more = ''): string => `network Small(x: tensor${shape}) {
  ${more}
  return dense(x, units = ${classes})
}
train on "set" {
  TRAIN
  baseline { epochs = 1, batch = 2, rate = 0.1 }
}
`;

const cases: Readonly<Record<string, readonly [source: string, files: Files]>> = {
  'IDX files, plain and packed': [network('[1, 4, 3]', 3).replace('TRAIN', 'held_out = 0.25'), idxFiles],
  'numbers of 32 bits': [network('[2, 3, 2]', 4), npyFiles('<f4', words(120), words(48))],
  'numbers of 64 bits': [network('[2, 3, 2]', 4), npyFiles('<f8', bytesOf(Float64Array.from({ length: 120 }, (_, i) => Math.cos(i))), bytesOf(Float64Array.from({ length: 48 }, (_, i) => Math.cos(i))))],
  'pictures of all kinds, scaled, with names of classes in another order': [network('[3, 4, 5]', 3, 'labels ["cat10", "a", "cat2"]').replace('TRAIN', 'resize = true'), pictures],
  'pictures for a network that reads grey': [network('[1, 4, 5]', 3).replace('TRAIN', 'resize = true'), pictures],
  'numbers to be answered with': [
    network('[6]', 2).replace('TRAIN', 'task = regress'),
    { 'train-images.npy': npyBytes('<f4', [8, 6], words(48)), 'train-targets.npy': npyBytes('<f4', [8, 2], words(16)), 'test-images.npy': npyBytes('<f4', [3, 6], words(18)), 'test-targets.npy': npyBytes('<f4', [3, 2], words(6)) },
  ],
  'CIFAR-10 with two of its batches': [
    network('[3, 32, 32]', 10).replace('"set"', 'cifar10'),
    { 'cifar10/data_batch_1.bin': cifarBytes((i) => i % 10, (i) => i), 'cifar10/data_batch_3.bin': cifarBytes((i) => (i + 3) % 10, (i) => 2 * i), 'cifar10/test_batch.bin': cifarBytes((i) => i % 10, (i) => i + 9) },
  ],
  'drawn digits': [network('[1, 28, 28]', 10).replace('"set"', 'digits'), {}],
};

/** @param data The folder that is looked in first. */
async function readHere(model: Model, data: string | undefined): Promise<Dataset> {
  const spec = present(model.train, 'train');
  return fitDataset(await trainingData(model, spec, { ...(data !== undefined && { directory: data }) }), dataInterfaceOf(model.network, taskOf(spec)));
}

describe('an exported program reads what is read here', () => {
  it.each(Object.entries(cases))('%s', async (name, [source, files]) => {
    const [data, program] = [join(folder, name, 'data'), join(folder, name, 'program')];
    const model = modelOf(source.replace('TRAIN', ''));
    const spec = present(model.train, 'train');
    const inFolder = spec.dataset.kind === 'folder' ? join(data, spec.dataset.path) : data;
    mkdirSync(data, { recursive: true });
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(inFolder, path)), { recursive: true });
      writeFileSync(join(inFolder, path), bytes);
    }
    writeProgramOf(model, program);
    const { out, err } = await runPython([join(import.meta.dirname, 'data.py'), program, data]);
    expect(err).toBe('');
    const read = await readHere(model, Object.keys(files).length > 0 ? data : undefined);
    const { fingerprint, division, labels: names } = runData(read, spec);
    expect(JSON.parse(out)).toEqual({ fingerprint, heldOut: [...division.heldOut], labels: names ?? null });
  });
});

describe('an exported program says what is wrong with data', () => {
  const [source] = present(cases['IDX files, plain and packed'], 'case');
  it.each<readonly [string, Files, RegExp]>([
    ['nothing there', {}, /the data set set is not in .*: name the folder that it is in with --data/],
    ['a file that is missing', { 'train-images-idx3-ubyte': idxBytes([12, 4, 3], counted(144)) }, /holds 0 files of train labels, expected one/],
    ['a file that was cut', { ...idxFiles, 'train-images-idx3-ubyte': idxBytes([12, 4, 3], counted(144)).subarray(0, 100) }, /has 84 elements where its header says \[12, 4, 3\]: fetch the file again/],
    ['another shape', { ...idxFiles, 'train-images-idx3-ubyte': idxBytes([12, 3, 4], counted(144)) }, /has samples of shape \[1, 3, 4\], the network reads \[1, 4, 3\]/],
    ['labels that are too many', { ...idxFiles, 'train-labels-idx1-ubyte.gz': gzipSync(idxBytes([13], labels(13, 3))) }, /has 12 samples and 13 labels/],
    ['a class too many', { ...idxFiles, 't10k-labels-idx1-ubyte': idxBytes([6], labels(6, 4)) }, /has class 3, the network tells 3 classes, from 0/],
    ['what is no array', { 'train-images.npy': counted(100), 'train-labels.npy': counted(100) }, /train-labels.npy is no .npy file of numbers/],
    ['a damaged picture', { ...pictures, 'train/a/keyed.png': present(pictures['train/a/keyed.png'], 'picture').subarray(0, 60) }, /keyed.png is a damaged PNG file/],
    ['a picture of another size', pictures, /the network reads 4 x 3: scale the images, or write `resize = true` and export anew/],
    ['a picture that is none', { ...pictures, 'train/a/a.png': counted(30) }, /a\.png (is no image that can be read|takes Pillow)/],
    ['classes in an order that ASCII does not tell', { ...pictures, 'train/\u00e9/1.png': counted(3) }, /the order of the classes .* is not known here/],
    ['a packed file that is damaged', { ...idxFiles, 'train-labels-idx1-ubyte.gz': gzipSync(idxBytes([12], labels(12, 3))).subarray(0, 20) }, /train-labels-idx1-ubyte\.gz cannot be read/],
    ['two kinds of files', { ...npyFiles('<f4', words(120), words(48)), ...idxFiles }, /set holds IDX files and \.npy files, expected one data set: keep each data set in a folder of its own/],
    ['labels beside targets', { ...npyFiles('<f4', words(120), words(48)), 'test-targets.npy': npyBytes('<f4', [4], words(4)) }, /set holds \.npy files and \.npy files with targets, expected one data set/],
    ['files beside pictures', { ...idxFiles, ...pictures }, /set holds IDX files and the folder train, expected one data set/],
    ['folders of both cases', { ...pictures, 'Train/a/1.png': counted(3) }, /set holds the folder Train and the folder train, expected one data set/],
    ['a folder of the other case', { 'Train/a/1.png': counted(3), 'test/a/1.png': counted(3) }, /set holds no data set: call the folder train, not Train/],
    ['files of mixed sets', { ...Object.fromEntries(Object.entries(idxFiles).filter(([name]) => !name.startsWith('t10k-labels'))), 'mine-t10k-labels-idx1-ubyte': idxBytes([6], labels(6, 3)) }, /set holds files of a set without a name and mine, expected one data set/],
    ['a class that is only tested', { ...pictures, 'test/dog/1.png': counted(3) }, /dog is of a class without training images/],
  ])('%s', async (name, files, said) => {
    const [data, program] = [join(folder, name, 'data'), join(folder, name, 'program')];
    mkdirSync(data, { recursive: true });
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(data, 'set', path)), { recursive: true });
      writeFileSync(join(data, 'set', path), bytes);
    }
    const model = modelOf(source.replace('TRAIN', ''));
    await expect(readHere(model, data)).rejects.toBeInstanceOf(DiagnosticError);
    writeProgramOf(model, program);
    const { code, err } = await runPython([join(import.meta.dirname, 'data.py'), program, data]);
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(err).not.toContain('Traceback');
  });
});
