// Reads a folder of PNG images, a sub-folder a class: train/<class> and test/<class>. Gray images among coloured ones
// are widened to three channels.

import { basename, join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { fail } from '../../base/diagnostic.ts';
import { formatShape, sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { datasetOf } from '../../data/dataset.ts';
import type { Dataset, ReadSplit } from '../../data/dataset.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { decodePng, decodePngHeader, pngChannels, pngHeaderBytes } from '../../data/formats/png.ts';
import type { Inflate } from '../../data/formats/png.ts';
import { listImages } from './class-folders.ts';
import type { LabelledFile } from './class-folders.ts';
import { readPart, sizeOfFile } from './data-file.ts';

const maxSamples = 2 ** 31;

type ImageShape = readonly [channels: number, height: number, width: number];

/** Told the shape of a sample before samples are read; throws where it will not do. */
export type JudgeShape = (shape: Shape) => void;

/** @param folders All that `folder` holds. */
export async function readPngFolder(folder: string, folders: readonly string[], judge: JudgeShape): Promise<Dataset> {
  const { labels, training: trainingFiles, test: testFiles, warnings } = await listImages(folder, folders);
  // Headers first: sizes are compared, and memory is taken once, before any pixel is read.
  const shape = await commonShape([...trainingFiles, ...testFiles]);
  judge(shape);
  const training = await readSplit(join(folder, 'train'), trainingFiles, shape);
  const test = await readSplit(join(folder, 'test'), testFiles, shape);
  return { ...datasetOf(basename(folder), training, test, labels), origin: `${folder} (PNG images)`, warnings };
}

async function commonShape(files: readonly LabelledFile[]): Promise<ImageShape> {
  let first: { readonly path: string; readonly height: number; readonly width: number } | undefined;
  let channels = 1;
  for (const { path } of files) {
    const { height, width, kind } = decodePngHeader(path, await readPart(path, 0, pngHeaderBytes));
    first ??= { path, height, width };
    channels = Math.max(channels, pngChannels(kind));
    if (height !== first.height || width !== first.width) {
      fail(
        dataDiagnostics['sample-shape']({
          args: [path, `${height} x ${width} (height x width)`, `${first.height} x ${first.width} as in ${first.path}`],
          help: 'scale all images to one size',
        }),
      );
    }
  }
  return [channels, first?.height ?? 0, first?.width ?? 0];
}

async function readSplit(place: string, files: readonly LabelledFile[], shape: ImageShape): Promise<ReadSplit> {
  const size = sizeOf(shape);
  if (files.length * size > maxSamples) {
    fail(dataDiagnostics['too-large']({ args: [place, `${files.length} images of ${formatShape(shape)}`, `${maxSamples} bytes`] }));
  }
  const samples = new Uint8Array(files.length * size);
  for (const [i, { path }] of files.entries()) {
    const bytes = await readPart(path, 0, await sizeOfFile(path));
    const image = decodePng(path, bytes, inflate);
    const plane = image.data.length / image.shape[0];
    // A gray image repeats its one plane for each channel of the data set.
    for (let c = 0; c < shape[0]; c++) {
      const from = image.shape[0] === 1 ? 0 : c * plane;
      samples.set(image.data.subarray(from, from + plane), i * size + c * plane);
    }
  }
  const labels = files.map((file) => file.label);
  const most = labels.reduce((a, b) => Math.max(a, b), 0);
  return {
    place,
    shape,
    split: { count: files.length, samples, labels: most < 256 ? Uint8Array.from(labels) : Uint16Array.from(labels) },
  };
}

const inflate: Inflate = (packed, maxBytes) => {
  try {
    return inflateSync(packed, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
};
