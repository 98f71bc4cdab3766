// The binary format of CIFAR-10: a file is a batch of 10,000 records without a header, each a label byte, then the red,
// the green and the blue plane of an image of 32 x 32, rows from the top.

import { fail } from '../../base/diagnostic.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { dataDiagnostics } from '../diagnostics.ts';
import type { NamedBytes } from './array-file.ts';

/** CHW. */
export const cifarShape: Shape = [3, 32, 32];
/** Images in a file. */
export const cifarBatch = 10_000;

const classes = 10;
const imageBytes = sizeOf(cifarShape);
const recordBytes = 1 + imageBytes;
/** Length of a file. */
export const cifarBatchBytes: number = cifarBatch * recordBytes;

/** Where the images lie in a file, for who reads it by position. */
export const cifarLayout: { readonly offset: number; readonly stride: number; readonly count: number } = { offset: 1, stride: recordBytes, count: cifarBatch };

/**
 * The labels of records, 0 to 9.
 * @param first The number of the first record in its file, for messages.
 * Fails with `data/label`, naming the file.
 */
export function cifarLabels(file: string, records: ArrayLike<number>, first = 0): Uint8Array {
  return Uint8Array.from({ length: records.length / recordBytes }, (_, i) => {
    const label = records[i * recordBytes] as number;
    if (label < classes) return label;
    const help = 'the format of CIFAR-10 is a label byte before each image of 3 x 32 x 32 bytes; fetch the file again';
    return fail(dataDiagnostics.label({ args: [file, first + i, String(label), `0 to ${classes - 1}`], help }));
  });
}

/** Fails with `data/length` or `data/label`, naming the file. */
export function checkCifarBatch({ file, bytes }: NamedBytes): void {
  decodeLabels({ file, bytes });
}

function decodeLabels({ file, bytes }: NamedBytes): Uint8Array {
  if (bytes.length !== cifarBatchBytes) fail(dataDiagnostics.length({ args: [file, bytes.length, cifarBatchBytes] }));
  return cifarLabels(file, bytes);
}

/**
 * Takes a batch apart where it lies, for files are large: its images, `[10000, 3, 32, 32]`, move together to its beginning.
 * Fails as {@link checkCifarBatch} does.
 * @param labels Filled: one a sample, 0 to 9.
 */
export function decodeCifarBatch(batch: NamedBytes, labels: Uint8Array): void {
  labels.set(decodeLabels(batch));
  const { bytes } = batch;
  for (let i = 0; i < cifarBatch; i++) bytes.copyWithin(i * imageBytes, i * recordBytes + 1, (i + 1) * recordBytes);
}
