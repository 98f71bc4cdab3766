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

/** Fails with `data/length` or `data/label`, naming the file. */
export function checkCifarBatch({ file, bytes }: NamedBytes): void {
  if (bytes.length !== cifarBatchBytes) fail(dataDiagnostics.length({ args: [file, bytes.length, cifarBatchBytes] }));
  for (let i = 0; i < cifarBatch; i++) {
    const label = bytes[i * recordBytes] as number;
    if (label < classes) continue;
    const help = 'the format of CIFAR-10 is a label byte before each image of 3 x 32 x 32 bytes; fetch the file again';
    fail(dataDiagnostics.label({ args: [file, i, String(label), `0 to ${classes - 1}`], help }));
  }
}

/**
 * Takes a batch apart where it lies, for files are large: its images, `[10000, 3, 32, 32]`, move together to its beginning.
 * Fails as {@link checkCifarBatch} does.
 * @param labels Filled: one a sample, 0 to 9.
 */
export function decodeCifarBatch(batch: NamedBytes, labels: Uint8Array): void {
  checkCifarBatch(batch);
  const { bytes } = batch;
  for (let i = 0; i < cifarBatch; i++) {
    const at = i * recordBytes;
    labels[i] = bytes[at] as number;
    bytes.copyWithin(i * imageBytes, at + 1, at + recordBytes);
  }
}
