// NumPy's .npy format, versions 1 to 3, numbers in C order. u1 and little-endian f4 stay views onto the bytes given;
// other types become f32.

import { fail } from '../../base/diagnostic.ts';
import { numberType, typeNames } from '../../base/number-type.ts';
import type { NumberType } from '../../base/number-type.ts';
import type { MemorySamples } from '../../base/samples.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { ArrayFormat, ArrayHeader, NamedBytes } from './array-file.ts';
import type { Labels, ReadSplit, Targets } from '../dataset.ts';
import { dataDiagnostics } from '../diagnostics.ts';
import { hexOf } from './hex.ts';
import { typeHelp } from './npy-type-help.ts';
import { splitShape, targetsShape } from '../split-shape.ts';
import type { NamedShape, SplitShape } from '../split-shape.ts';
import { checkFinite, checkTargets } from '../value-range.ts';

export interface NpyArray {
  readonly shape: Shape;
  readonly data: MemorySamples;
}

const maxHeader = 65_536;

interface NpyHeader extends ArrayHeader {
  readonly numbers: NumberType;
}

export const npyFormat: ArrayFormat = { headBytes: 12 + maxHeader, header: decodeHeader };

/** Fails with `data/not-format`, `data/unsupported`, `data/corrupt` or `data/length`, naming `file`. */
export function decodeNpy(file: string, bytes: Uint8Array): NpyArray {
  const { numbers, shape, start, fileBytes } = decodeHeader(file, bytes);
  const count = sizeOf(shape);
  // Before anything is allocated: a header of a few bytes may declare any number of elements.
  if (bytes.length !== fileBytes) {
    fail(dataDiagnostics.length({ args: [file, bytes.length, fileBytes], help: 'save or copy the file again' }));
  }
  const { read } = numbers;
  if (read) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * numbers.bytes);
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) data[i] = read(view, i * numbers.bytes);
    return { shape, data };
  }
  if (numbers.bytes === 1) return { shape, data: bytes.subarray(start) };
  const aligned = (bytes.byteOffset + start) % 4 === 0;
  const data = aligned ? bytes.subarray(start) : bytes.slice(start);
  return { shape, data: new Float32Array(data.buffer, data.byteOffset, count) };
}

function decodeHeader(file: string, bytes: Uint8Array): NpyHeader {
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
  const { type, numbers, shape } = parseHeader(file, new TextDecoder().decode(bytes.slice(fixed, start)));
  return { type, numbers, shape, start, fileBytes: start + sizeOf(shape) * numbers.bytes };
}

/** The header is a Python dictionary literal with these three keys. */
function parseHeader(file: string, text: string): Pick<NpyHeader, 'type' | 'numbers' | 'shape'> {
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
  const type = descr.replaceAll("'", '');
  const numbers = numberType(type);
  if (!numbers) {
    fail(
      dataDiagnostics.unsupported({
        args: [file, descr === '[' ? 'records' : `numbers of type ${type}`, typeNames],
        help: descr === '[' ? 'save one array of numbers' : typeHelp(type),
      }),
    );
  }
  const shape = extents.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number);
  // Where one dimension alone is longer than 1, both orders are the same.
  if (fortran === 'True' && shape.filter((extent) => extent !== 1).length > 1) {
    fail(
      dataDiagnostics.unsupported({
        args: [file, 'Fortran order', 'C order'],
        help: 'save numpy.ascontiguousarray(array)',
      }),
    );
  }
  return { type, numbers, shape };
}

/** What a pair of files promises. Fails with `data/unsupported` or `data/count`. */
export function npySplitShape(samples: NamedShape, labels: NamedShape): SplitShape {
  return splitShape(samples, labels, sampleRanks);
}

/** The same of samples and targets. */
export function npyTargetShape(samples: NamedShape, targets: NamedShape): SplitShape {
  return targetsShape(samples, targets, sampleRanks);
}

const sampleRanks = [2, 3, 4];

/** Samples `[count, H, W]`, `[count, C, H, W]` or `[count, features]`, with labels `[count]` of whole numbers. */
export function decodeNpySplit(samplesFile: NamedBytes, labelsFile: NamedBytes): ReadSplit {
  const samples = decodeNpy(samplesFile.file, samplesFile.bytes);
  const labels = decodeNpy(labelsFile.file, labelsFile.bytes);
  const { count, sample } = npySplitShape({ file: samplesFile.file, shape: samples.shape }, { file: labelsFile.file, shape: labels.shape });
  return { place: samplesFile.file, shape: sample, split: { count, samples: finite(samplesFile.file, samples), labels: labelsOf(labelsFile.file, labels.data) } };
}

/** The same samples with targets. */
export function decodeNpyTargetSplit(samplesFile: NamedBytes, targetsFile: NamedBytes): ReadSplit {
  const samples = decodeNpy(samplesFile.file, samplesFile.bytes);
  const { shape } = decodeHeader(targetsFile.file, targetsFile.bytes);
  const { count, sample, target = [1] } = npyTargetShape({ file: samplesFile.file, shape: samples.shape }, { file: targetsFile.file, shape });
  return { place: samplesFile.file, shape: sample, targetShape: target, split: { count, samples: finite(samplesFile.file, samples), labels: decodeNpyTargets(targetsFile) } };
}

function finite(file: string, { data }: NpyArray): MemorySamples {
  if (data instanceof Float32Array) checkFinite(file, data);
  return data;
}

/** Numbers that stand for themselves, rounded to f32. Fails with `data/unsupported`, `data/target`, and as {@link decodeNpy} does. */
export function decodeNpyTargets({ file, bytes }: NamedBytes): Targets {
  const { shape: [count = 0], data } = decodeNpy(file, bytes);
  if (!(data instanceof Float32Array)) {
    fail(dataDiagnostics.unsupported({ args: [file, 'bytes (u1)', 'targets that stand for themselves'], help: "save array.astype('f4'); where bytes of samples stand for byte / 255, perhaps of array / 255" }));
  }
  checkTargets(file, data, Math.max(1, data.length / count));
  return data;
}

/** Labels of so many samples, as {@link npySplitShape} has found them. Fails with `data/label`, and as {@link decodeNpy} does. */
export function decodeNpyLabels({ file, bytes }: NamedBytes): Labels {
  return labelsOf(file, decodeNpy(file, bytes).data);
}

function labelsOf(file: string, data: MemorySamples): Labels {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (!Number.isInteger(value) || value < 0 || value > 65_535) {
      fail(
        dataDiagnostics.label({
          args: [file, i, `${value}`, 'a whole number from 0 to 65535'],
          help: Number.isInteger(value) || !Number.isFinite(value) ? 'number the classes from 0' : 'number the classes from 0; what are no classes are targets, in train-targets.npy and test-targets.npy, of `task = regress`',
        }),
      );
    }
    if (value > largest) largest = value;
  }
  if (data instanceof Uint8Array) return data;
  return largest < 256 ? Uint8Array.from(data) : Uint16Array.from(data);
}
