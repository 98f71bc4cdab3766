// The IDX format of MNIST, unsigned bytes only: two zero bytes, a type byte (8), the number of
// dimensions, each extent as a big-endian u32, then the elements in row-major order.

import { fail } from '../../base/diagnostic.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { ArrayFormat, ArrayHeader, NamedBytes } from './array-file.ts';
import type { Labels, ReadSplit } from '../dataset.ts';
import { dataDiagnostics } from '../diagnostics.ts';
import { hexOf } from './hex.ts';
import { splitShape } from '../split-shape.ts';
import type { NamedShape, SplitShape } from '../split-shape.ts';

export interface IdxArray {
  readonly shape: Shape;
  /** A view onto the bytes given, not a copy. */
  readonly data: Uint8Array;
}

const types = new Map([
  [0x08, 'unsigned bytes'],
  [0x09, 'signed bytes'],
  [0x0b, '16-bit integers'],
  [0x0c, '32-bit integers'],
  [0x0d, '32-bit floats'],
  [0x0e, '64-bit floats'],
]);

/** Enough for the four extents that are accepted at most. */
export const idxFormat: ArrayFormat = { headBytes: 20, header: idxHeader };

/** Fails with `data/not-format`, `data/unsupported` or `data/length`, naming `file`. */
function idxHeader(file: string, bytes: Uint8Array): ArrayHeader {
  const [zero0, zero1, type, rank] = bytes;
  const typeName = type === undefined ? undefined : types.get(type);
  if (rank === undefined) fail(dataDiagnostics.length({ args: [file, bytes.length, 4], help: 'fetch the file again' }));
  if (zero0 !== 0 || zero1 !== 0 || typeName === undefined) {
    fail(
      dataDiagnostics['not-format']({
        args: [file, 'an IDX file', hexOf(bytes)],
        help: 'an IDX file begins with 00 00 08 and its number of dimensions; is this another format, or still packed?',
      }),
    );
  }
  if (type !== 0x08) {
    fail(
      dataDiagnostics.unsupported({
        args: [file, typeName, 'unsigned bytes'],
        help: 'convert it to unsigned bytes, or to .npy files, which may hold any number type',
      }),
    );
  }
  if (rank < 1 || rank > 4) {
    fail(dataDiagnostics.unsupported({ args: [file, `${rank} dimensions`, '1 to 4 dimensions'] }));
  }
  const header = 4 + 4 * rank;
  if (bytes.length < header) fail(dataDiagnostics.length({ args: [file, bytes.length, header], help: 'fetch the file again' }));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, d) => view.getUint32(4 + 4 * d));
  return { type: 'u1', shape, start: header, fileBytes: header + sizeOf(shape) };
}

/** Fails as its header does, and with `data/length` where the file is shorter or longer than that says. */
export function decodeIdx(file: string, bytes: Uint8Array): IdxArray {
  const { shape, start, fileBytes } = idxHeader(file, bytes);
  if (bytes.length !== fileBytes) {
    fail(dataDiagnostics.length({ args: [file, bytes.length, fileBytes], help: 'fetch the file again' }));
  }
  return { shape, data: bytes.subarray(start) };
}

/** What a pair of files promises. Fails with `data/unsupported` or `data/count`. */
export function idxSplitShape(images: NamedShape, labels: NamedShape): SplitShape {
  return splitShape(images, labels, [3, 4]);
}

/** Images `[count, H, W]` or `[count, C, H, W]` with labels `[count]`. */
export function decodeIdxSplit(images: NamedBytes, labels: NamedBytes): ReadSplit {
  const pixels = decodeIdx(images.file, images.bytes);
  const classes = decodeIdx(labels.file, labels.bytes);
  const { count, sample } = idxSplitShape({ file: images.file, shape: pixels.shape }, { file: labels.file, shape: classes.shape });
  return { place: images.file, shape: sample, split: { count, samples: pixels.data, labels: classes.data } };
}

/** Labels of so many samples, as {@link idxSplitShape} has found them. Fails as {@link decodeIdx} does. */
export function decodeIdxLabels({ file, bytes }: NamedBytes): Labels {
  return decodeIdx(file, bytes).data;
}
