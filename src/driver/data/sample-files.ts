// Samples that stay in their files: uncompressed ones, which hold them as they are wanted, one behind the other.

import { present } from '../../base/invariant.ts';
import { numberType } from '../../base/number-type.ts';
import { areBytes } from '../../base/samples.ts';
import type { FileSamples, SampleFile, ValueRange } from '../../base/samples.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { ArrayHeader } from '../../data/formats/array-file.ts';
import { checkFinite, noValues, widened } from '../../data/value-range.ts';
import { sampleBlocks } from '../../engine/sample-reader.ts';
import { checkLength } from './data-file.ts';

/**
 * A file as it is now.
 * @param expected Its length.
 * Fails with `data/unreadable` or `data/length`.
 */
export async function sampleFile(path: string, expected: number, layout: Pick<SampleFile, 'offset' | 'stride' | 'count'>, help?: string): Promise<SampleFile> {
  const { size, modified } = await checkLength(path, expected, help);
  return { path, bytes: size, modified, ...layout };
}

/**
 * The samples of an array, by its header. Numbers that are not bytes are read over once.
 * Fails with `data/unreadable`, `data/length`, `data/not-finite` or `data/changed`.
 */
export async function arrayInFile(path: string, { type, shape, start, fileBytes }: ArrayHeader, help?: string): Promise<FileSamples> {
  const [count = 0, ...sample] = shape;
  const size = sizeOf(sample);
  const stride = size * present(numberType(type), type).bytes;
  const samples: FileSamples = { type, size, files: [await sampleFile(path, fileBytes, { offset: start, stride, count }, help)] };
  return areBytes(samples) ? samples : { ...samples, range: rangeOf(path, samples) };
}

function rangeOf(path: string, samples: FileSamples): ValueRange {
  let range = noValues;
  let first = 0;
  for (const block of sampleBlocks(samples)) {
    if (!(block instanceof Float32Array)) continue;
    checkFinite(path, block, first);
    range = widened(range, block);
    first += block.length;
  }
  return range;
}
