// NumPy's .npy format, versions 1 to 3, little-endian numbers in C order. u1 and f4 stay views onto the
// bytes given; other types become f32.

import { fail } from '../base/diagnostic.ts';
import { sizeOf } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import type { Labels, ReadSplit, Samples } from './dataset.ts';
import { dataDiagnostics } from './diagnostics.ts';
import { hexOf } from './hex.ts';
import type { NamedBytes } from './idx.ts';

export interface NpyArray {
  readonly shape: Shape;
  readonly data: Samples;
}

const maxHeader = 65_536;

interface NumberType {
  readonly bytes: number;
  /** The element at a byte offset; absent for the two types that need no conversion. */
  readonly read?: (view: DataView, at: number) => number;
}

const numberTypes = new Map<string, NumberType>([
  ['|u1', { bytes: 1 }],
  ['<f4', { bytes: 4 }],
  ['|b1', { bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) }],
  ['|i1', { bytes: 1, read: (view, at) => view.getInt8(at) }],
  ['<i2', { bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  ['<u2', { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  ['<i4', { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ['<u4', { bytes: 4, read: (view, at) => view.getUint32(at, true) }],
  ['<i8', { bytes: 8, read: (view, at) => view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true) }],
  ['<u8', { bytes: 8, read: (view, at) => view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true) }],
  ['<f8', { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
]);

interface Header {
  readonly type: NumberType;
  readonly shape: Shape;
  /** Offset of the first element. */
  readonly start: number;
}

/** Fails with `data/not-format`, `data/unsupported`, `data/corrupt` or `data/length`, naming `file`. */
export function decodeNpy(file: string, bytes: Uint8Array): NpyArray {
  const { type, shape, start } = decodeHeader(file, bytes);
  const count = sizeOf(shape);
  // Before anything is allocated: a header of a few bytes may declare any number of elements.
  const expected = start + count * type.bytes;
  if (bytes.length !== expected) {
    fail(dataDiagnostics.length({ args: [file, bytes.length, expected], help: 'save or copy the file again' }));
  }
  const { read } = type;
  if (read) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * type.bytes);
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) data[i] = read(view, i * type.bytes);
    return { shape, data };
  }
  if (type.bytes === 1) return { shape, data: bytes.subarray(start) };
  const aligned = (bytes.byteOffset + start) % 4 === 0;
  const data = aligned ? bytes.subarray(start) : bytes.slice(start);
  return { shape, data: new Float32Array(data.buffer, data.byteOffset, count) };
}

function decodeHeader(file: string, bytes: Uint8Array): Header {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (!magic.every((byte, i) => bytes[i] === byte)) {
    fail(
      dataDiagnostics['not-format']({
        args: [file, 'a .npy file', hexOf(bytes, 6)],
        help: 'write it with numpy.save (an .npz archive has to be unpacked first)',
      }),
    );
  }
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) {
    fail(dataDiagnostics.unsupported({ args: [file, `format version ${version}`, '1, 2 or 3'] }));
  }
  const fixed = version === 1 ? 10 : 12;
  if (bytes.length < fixed) fail(dataDiagnostics.length({ args: [file, bytes.length, fixed] }));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > maxHeader) {
    fail(dataDiagnostics['too-large']({ args: [file, `a header of ${length} bytes`, `${maxHeader}`] }));
  }
  const start = fixed + length;
  if (bytes.length < start) fail(dataDiagnostics.length({ args: [file, bytes.length, start] }));
  // Copied, since a decoder refuses shared memory.
  return { ...parseHeader(file, new TextDecoder().decode(bytes.slice(fixed, start))), start };
}

/** The header is a Python dictionary literal with these three keys. */
function parseHeader(file: string, text: string): Omit<Header, 'start'> {
  const descr = /'descr'\s*:\s*('[^']*'|\[)/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const extents = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || extents === undefined) {
    fail(
      dataDiagnostics.corrupt({
        args: [file, `header ${JSON.stringify(text.slice(0, 60))}`, "a dictionary of 'descr', 'fortran_order' and 'shape'"],
      }),
    );
  }
  const name = descr.replaceAll("'", '');
  const type = numberTypes.get(name);
  if (!type) {
    fail(
      dataDiagnostics.unsupported({
        args: [file, descr === '[' ? 'records' : `numbers of type ${name}`, [...numberTypes.keys()].join(', ')],
        help: "save array.astype('<f4')",
      }),
    );
  }
  if (fortran === 'True') {
    fail(
      dataDiagnostics.unsupported({
        args: [file, 'Fortran order', 'C order'],
        help: 'save numpy.ascontiguousarray(array)',
      }),
    );
  }
  const shape = extents.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number);
  return { type, shape };
}

/** Samples `[count, H, W]`, `[count, C, H, W]` or `[count, features]`, with labels `[count]` of whole numbers. */
export function decodeNpySplit(samplesFile: NamedBytes, labelsFile: NamedBytes): ReadSplit {
  const samples = decodeNpy(samplesFile.file, samplesFile.bytes);
  const labels = decodeNpy(labelsFile.file, labelsFile.bytes);
  const [count = 0, ...sample] = samples.shape;
  if (sample.length < 1 || sample.length > 3) {
    fail(
      dataDiagnostics.unsupported({
        args: [samplesFile.file, `${samples.shape.length} dimensions`, '2 (count, features), 3 (count, height, width) or 4 (count, channels, height, width)'],
      }),
    );
  }
  if (labels.shape.length !== 1) {
    fail(
      dataDiagnostics.unsupported({
        args: [labelsFile.file, `${labels.shape.length} dimensions`, '1 (count)'],
        help: 'save class indices, not one-hot rows: labels.argmax(axis=1)',
      }),
    );
  }
  if (labels.data.length !== count) {
    fail(
      dataDiagnostics.count({
        args: [samplesFile.file, count, labelsFile.file, labels.data.length],
        help: 'pair samples with the labels of the same split',
      }),
    );
  }
  refuseNonFinite(samplesFile.file, samples.data);
  return {
    place: samplesFile.file,
    shape: sample.length === 2 ? [1, ...sample] : sample,
    split: { count, samples: samples.data, labels: labelsOf(labelsFile.file, labels.data) },
  };
}

function refuseNonFinite(file: string, data: Samples): void {
  if (data instanceof Uint8Array) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) fail(dataDiagnostics['not-finite']({ args: [file, at, `${data[at]}`], help: 'clean the data first' }));
}

function labelsOf(file: string, data: Samples): Labels {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (!Number.isInteger(value) || value < 0 || value > 65_535) {
      fail(
        dataDiagnostics.label({
          args: [file, i, `${value}`, 'a whole number from 0 to 65535'],
          help: 'number the classes from 0',
        }),
      );
    }
    if (value > largest) largest = value;
  }
  if (data instanceof Uint8Array) return data;
  return largest < 256 ? Uint8Array.from(data) : Uint16Array.from(data);
}
