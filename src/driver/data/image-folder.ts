// Reads a folder of PNG and JPEG images, a sub-folder a class: train/<class>, test/<class> and, for what is held out of
// training, val/<class>.

import { basename } from 'node:path';
import { inflateSync } from 'node:zlib';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { formatShape, sizeOf } from '../../base/tensor.ts';
import { datasetOf } from '../../data/dataset.ts';
import type { Dataset, Labels, ReadSplit } from '../../data/dataset.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { decodeImage, decodeImageHeader } from '../../data/formats/decode-image.ts';
import type { DecodedImage } from '../../data/formats/image.ts';
import type { Inflate } from '../../data/formats/png.ts';
import { isPng, pngHeaderBytes } from '../../data/formats/png-header.ts';
import { changesOf, fitImage } from '../../data/image-fit.ts';
import { imageShape } from '../../data/image-shape.ts';
import type { ImageShape, NamedHeader, Reading } from '../../data/image-shape.ts';
import { listImages } from './class-folders.ts';
import type { LabelledFile } from './class-folders.ts';
import { readPart, readWhole, sharedBytes } from './data-file.ts';

const maxSamples = 2 ** 31;
/** Of an image as it is stored. */
const mostFileBytes = 2 ** 28;
/** Images that cannot be read beyond these are counted. */
const mostNamed = 3;

/** @param folders All that `folder` holds. Fails with `data/*` diagnostics. */
export async function readImageFolder(folder: string, folders: readonly string[], reading: Reading): Promise<Dataset> {
  const { labels, training, heldOut, test, warnings } = await listImages(folder, folders);
  const files = [...training, ...heldOut, ...test];
  // Headers first: sizes are compared, and memory is taken once, before any pixel is read.
  const headers = await readHeaders(folder, files);
  const shape = imageShape(folder, headers, reading);
  reading.judge?.(shape, reading.inputShape?.length === shape.length && reading.inputShape[0] === shape[0]);
  const { samples, images } = await readSamples(folder, headers, shape);
  const part = (from: readonly LabelledFile[], first: number): ReadSplit => {
    const size = sizeOf(shape);
    return { place: folder, shape, split: { count: from.length, samples: samples.subarray(first * size, (first + from.length) * size), labels: labelsOf(from) } };
  };
  const dataset = datasetOf(basename(folder), part([...training, ...heldOut], 0), part(test, training.length + heldOut.length), labels);
  return {
    ...dataset,
    ...(heldOut.length > 0 && { heldOut: heldOut.length }),
    origin: `${folder} (images)`,
    warnings: [...warnings, ...changesOf(folder, images, shape)],
  };
}

function labelsOf(files: readonly LabelledFile[]): Labels {
  const labels = files.map((file) => file.label);
  return labels.every((label) => label < 256) ? Uint8Array.from(labels) : Uint16Array.from(labels);
}

/** Where any is at fault all are decoded, for images whose headers are whole may be broken behind them: all are told at once. */
async function readHeaders(folder: string, files: readonly LabelledFile[]): Promise<readonly NamedHeader[]> {
  const { results, faults } = await eachImage(files, readHeader);
  if (faults.length === 0) return results;
  const decoded = await eachImage(files, async (path) => {
    await readHeader(path);
    decodeImage(path, await readWhole(path, mostFileBytes), inflate);
  });
  return refuse(folder, files.length, decoded.faults);
}

async function readHeader(file: string): Promise<NamedHeader> {
  const head = await readPart(file, pngHeaderBytes);
  // In a JPEG file the size may stand anywhere.
  return { file, ...decodeImageHeader(file, isPng(head) ? head : await readWhole(file, mostFileBytes)) };
}

interface ReadImages {
  /** `[count, ...shape]`, in memory that threads share. */
  readonly samples: Uint8Array;
  readonly images: readonly Omit<DecodedImage, 'pixels'>[];
}

async function readSamples(folder: string, headers: readonly NamedHeader[], shape: ImageShape): Promise<ReadImages> {
  const size = sizeOf(shape);
  if (headers.length * size > maxSamples) {
    fail(dataDiagnostics['too-large']({ args: [folder, `${headers.length} images of ${formatShape(shape)}`, `${maxSamples} bytes`] }));
  }
  const samples = sharedBytes(headers.length * size);
  const { results: images, faults } = await eachImage(headers.map(({ file }) => ({ path: file })), async (path, i) => {
    const { pixels, ...image } = decodeImage(path, await readWhole(path, mostFileBytes), inflate);
    const { height, width } = headers[i] ?? image;
    if (image.height !== height || image.width !== width) fail(dataDiagnostics.unreadable({ args: [path, 'it has changed meanwhile'] }));
    samples.set(fitImage({ ...image, pixels }, shape), i * size);
    return image;
  });
  return faults.length > 0 ? refuse(folder, headers.length, faults) : { samples, images };
}

interface LookedAt<T> {
  readonly results: readonly T[];
  readonly faults: readonly DiagnosticError[];
}

async function eachImage<T>(files: readonly Pick<LabelledFile, 'path'>[], read: (path: string, index: number) => Promise<T>): Promise<LookedAt<T>> {
  const results: T[] = [];
  const faults: DiagnosticError[] = [];
  for (const [i, { path }] of files.entries()) {
    try {
      results.push(await read(path, i));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      faults.push(error);
    }
  }
  return { results, faults };
}

/** The first are named, all are counted. @param faults At least one. */
function refuse(folder: string, count: number, faults: readonly DiagnosticError[]): never {
  if (faults.length === 1) throw faults[0];
  const named = faults.slice(0, mostNamed);
  throw new DiagnosticError([
    dataDiagnostics['unreadable-images']({ args: [folder, count, faults.length, named.length], help: 'replace or remove them' }),
    ...named.flatMap(({ diagnostics }) => diagnostics),
  ]);
}

const inflate: Inflate = (packed, maxBytes) => {
  try {
    return inflateSync(packed, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
};
