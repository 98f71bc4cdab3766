// Data sets in folders of a test, in each form that samples can be read from.

import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { SampleFile } from '../../src/base/samples.ts';
import type { Dataset, Split } from '../../src/data/dataset.ts';
import { bytesOf, idxBytes, npyBytes } from '../data/files.ts';
import { contentsOf } from '../data/samples.ts';
import { stripes } from './fixture.ts';

export type Form = 'idx' | 'u1' | '<f4' | '>f4' | '<f8';

/** The stripes of the other tests: of bytes where the form is, else of byte / 255 - 0.3. */
export function putStripes(folder: string, form: Form, packed: boolean): string {
  const { training, test } = stripes(600, 100);
  mkdirSync(folder, { recursive: true });
  const put = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, packed ? `${name}.gz` : name), packed ? gzipSync(bytes, { level: 1 }) : bytes);
  for (const [split, idxName, { count, samples, labels }] of [['train', 'train', training], ['test', 't10k', test]] as const) {
    const pixels = contentsOf(samples);
    if (form === 'idx') {
      put(`${idxName}-images-idx3-ubyte`, idxBytes([count, 8, 8], pixels));
      put(`${idxName}-labels-idx1-ubyte`, idxBytes([count], labels));
    } else {
      put(`${split}-images.npy`, npyBytes(form, [count, 8, 8], elements(form, pixels)));
      put(`${split}-labels.npy`, npyBytes('|u1', [count], Uint8Array.from(labels)));
    }
  }
  return folder;
}

function elements(form: Exclude<Form, 'idx'>, pixels: ArrayLike<number>): Uint8Array {
  const numbers = Float64Array.from(pixels, (byte) => byte / 255 - 0.3);
  switch (form) {
    case 'u1': return Uint8Array.from(pixels);
    case '<f8': return bytesOf(numbers);
    case '<f4': return bytesOf(Float32Array.from(numbers));
    case '>f4': {
      const view = new DataView(new ArrayBuffer(4 * numbers.length));
      for (const [i, number] of numbers.entries()) view.setFloat32(4 * i, number);
      return bytesOf(view);
    }
  }
}

/** The stripes as CIFAR-10 has its images, a byte of its label before each, in two files of training. */
export function recordsOfStripes(folder: string): Dataset {
  const dataset = stripes(600, 100);
  const put = (name: string, { samples, labels }: Split, from: number, to: number): SampleFile => {
    const pixels = contentsOf(samples);
    const path = join(folder, name);
    writeFileSync(path, Uint8Array.from({ length: (to - from) * 65 }, (_, i) => (i % 65 === 0 ? (labels[from + i / 65] ?? 0) : (pixels[from * 64 + i - Math.ceil(i / 65)] ?? 0))));
    const { size, mtimeMs } = statSync(path);
    return { path, bytes: size, modified: mtimeMs, offset: 1, stride: 65, count: to - from };
  };
  const inFiles = (split: Split, files: readonly SampleFile[]): Split => ({ ...split, samples: { type: 'u1', size: 64, files } });
  mkdirSync(folder, { recursive: true });
  const { training, test } = dataset;
  return {
    ...dataset,
    training: inFiles(training, [put('batch-1.bin', training, 0, 250), put('batch-2.bin', training, 250, 600)]),
    test: inFiles(test, [put('test.bin', test, 0, 100)]),
  };
}
