// Reads a folder of PNG images, a sub-folder a class: train/<class>/*.png and test/<class>/*.png. The
// names of the training folders, in natural order, are the classes. Gray images among coloured ones are
// widened to three channels.

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { fail } from '../base/diagnostic.ts';
import { formatShape, sizeOf } from '../base/tensor.ts';
import { datasetOf } from '../data/dataset.ts';
import type { Dataset, ReadSplit } from '../data/dataset.ts';
import { dataDiagnostics } from '../data/diagnostics.ts';
import { decodePng, decodePngHeader, pngChannels, pngHeaderBytes } from '../data/png.ts';
import type { Inflate } from '../data/png.ts';
import { readPart, unreadable } from './data-file.ts';
import { codeOf } from './system-error.ts';

const maxSamples = 2 ** 31;
const otherImages = /\.(jpe?g|gif|bmp|webp|tiff?|avif|ppm|pgm)$/i;

interface LabelledFile {
  readonly path: string;
  readonly label: number;
}

type ImageShape = readonly [channels: number, height: number, width: number];

export async function readPngFolder(folder: string): Promise<Dataset> {
  const classes = await classesIn(join(folder, 'train'));
  const trainingFiles = await filesOf(join(folder, 'train'), classes);
  const testFiles = await filesOf(join(folder, 'test'), classes);
  // Headers first: sizes are compared, and memory is taken once, before any pixel is read.
  const shape = await commonShape([...trainingFiles, ...testFiles]);
  const training = await readSplit(join(folder, 'train'), trainingFiles, shape);
  const test = await readSplit(join(folder, 'test'), testFiles, shape);
  return datasetOf(basename(folder), training, test, classes);
}

async function classesIn(folder: string): Promise<string[]> {
  const entries = await foldersIn(folder);
  const natural = new Intl.Collator('en', { numeric: true });
  // The second comparison settles names that the collator takes for the same ("1" and "01").
  return entries.toSorted((a, b) => natural.compare(a, b) || (a < b ? -1 : 1));
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) =>
    codeOf(error) === 'ENOENT'
      ? fail(
          dataDiagnostics.incomplete({
            args: [folder.slice(0, -basename(folder).length - 1), `the folder ${basename(folder)}`],
            help: `put the images at ${join(folder, '<class>', '*.png')}`,
          }),
        )
      : unreadable(folder, error),
  );
  const names = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.')).map((entry) => entry.name);
  if (names.length === 0) fail(dataDiagnostics.empty({ args: [folder, 'a folder of PNG images for each class'] }));
  return names;
}

async function filesOf(folder: string, classes: readonly string[]): Promise<LabelledFile[]> {
  const files: LabelledFile[] = [];
  const present = new Set(await foldersIn(folder));
  for (const name of present) {
    if (!classes.includes(name)) {
      fail(
        dataDiagnostics['unknown-class']({
          args: [join(folder, name), classes.join(', ')],
          help: 'add training images of this class, or remove the folder',
        }),
      );
    }
  }
  for (const [label, name] of classes.entries()) {
    if (!present.has(name)) continue;
    const classFolder = join(folder, name);
    const entries = await readdir(classFolder).catch((error: unknown) => unreadable(classFolder, error));
    const other = entries.find((entry) => otherImages.test(entry));
    if (other !== undefined) {
      fail(
        dataDiagnostics.unsupported({
          args: [classFolder, other, 'PNG images only'],
          help: 'convert the images to PNG',
        }),
      );
    }
    const images = entries.filter((entry) => /\.png$/i.test(entry) && !entry.startsWith('.')).toSorted();
    if (images.length === 0) fail(dataDiagnostics.empty({ args: [classFolder, 'PNG images'] }));
    for (const image of images) files.push({ path: join(classFolder, image), label });
  }
  return files;
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
    const bytes = await readFile(path).catch((error: unknown) => unreadable(path, error));
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
