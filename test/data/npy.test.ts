import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeNpy, decodeNpySplit } from '../../src/data/formats/npy.ts';
import { diagnosed } from './diagnosed.ts';
import { bytesOf, npyBytes } from './files.ts';

test('reads what was written, in each version', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1 as const, 2 as const, 3 as const),
      fc.float32Array({ maxLength: 20, noNaN: true }),
      fc.nat(3),
      (version, values, offset) => {
        const file = npyBytes('<f4', [values.length], bytesOf(values), { version });
        // At any alignment within a larger buffer.
        const moved = new Uint8Array(file.length + offset);
        moved.set(file, offset);
        expect(decodeNpy('x', moved.subarray(offset))).toEqual({ shape: [values.length], data: values });
      },
    ),
    { numRuns: 60 },
  );
});

const arrays: readonly (readonly [string, ArrayBufferView, readonly number[]])[] = [
  ['|b1', Uint8Array.of(0, 1), [0, 1]],
  ['|i1', Int8Array.of(-3, 7), [-3, 7]],
  ['<i2', Int16Array.of(-300, 300), [-300, 300]],
  ['<u2', Uint16Array.of(1, 65_535), [1, 65_535]],
  ['<i4', Int32Array.of(-70_000, 5), [-70_000, 5]],
  ['<u4', Uint32Array.of(1, 2 ** 31), [1, 2 ** 31]],
  ['<i8', BigInt64Array.of(-2n, 2n ** 40n), [-2, 2 ** 40]],
  ['<u8', BigUint64Array.of(3n, 2n ** 63n), [3, 2 ** 63]],
  ['<f2', Uint16Array.of(0x3c00, 0xb800), [1, -0.5]],
  ['<f8', Float64Array.of(0.5, -1.25), [0.5, -1.25]],
];

test.each(arrays)('%s becomes f32', (descr, array, values) => {
  expect(decodeNpy('x', npyBytes(descr, [2], bytesOf(array))).data).toEqual(Float32Array.from(values));
});

test('numbers of several bytes are read in either order', () => {
  for (const [descr, array, values] of arrays) {
    const size = Number(descr[2]);
    const swapped = bytesOf(array).slice();
    for (let at = 0; at < swapped.length; at += size) swapped.subarray(at, at + size).reverse();
    expect(decodeNpy('x', npyBytes(`>${descr.slice(1)}`, [2], swapped)).data).toEqual(Float32Array.from(values));
  }
  expect(decodeNpy('x', npyBytes('>f4', [1], Uint8Array.of(0x3f, 0xc0, 0, 0))).data).toEqual(Float32Array.of(1.5));
});

test.each(['<', '>', '=', '|', ''])('the byte order %j of one-byte types means nothing', (order) => {
  expect(decodeNpy('x', npyBytes(`${order}u1`, [2], Uint8Array.of(1, 200))).data).toEqual(Uint8Array.of(1, 200));
  expect(decodeNpy('x', npyBytes(`${order}i1`, [2], Uint8Array.of(1, 200))).data).toEqual(Float32Array.of(1, -56));
  expect(decodeNpy('x', npyBytes(`${order}b1`, [2], Uint8Array.of(1, 0))).data).toEqual(Float32Array.of(1, 0));
});

test('u1 stays bytes, a view onto the file', () => {
  const file = npyBytes('|u1', [2, 2], Uint8Array.of(1, 2, 3, 4));
  const { data, shape } = decodeNpy('x', file);
  expect(data).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(data.buffer).toBe(file.buffer);
  expect(shape).toEqual([2, 2]);
});

test('refuses every file cut short', () => {
  const file = npyBytes('<f4', [3], bytesOf(Float32Array.of(1, 2, 3)));
  for (let length = 0; length < file.length; length++) {
    const { code, message } = diagnosed(() => decodeNpy('a.npy', file.subarray(0, length)));
    expect(message).toContain('a.npy');
    expect(code).toBe(length < 6 ? 'data/not-format' : length === 6 ? 'data/unsupported' : 'data/length');
  }
});

test('refuses headers that promise too much, before allocating', () => {
  const huge = diagnosed(() => decodeNpy('a.npy', npyBytes('<f8', [1_000_000, 1_000_000], Uint8Array.of(1, 2))));
  expect(huge.code).toBe('data/length');
  const header = npyBytes('<f4', [1], new Uint8Array(4), { version: 2 });
  new DataView(header.buffer).setUint32(8, 2 ** 32 - 1, true);
  expect(diagnosed(() => decodeNpy('a.npy', header)).message).toBe(
    'a.npy is too large: found a header of 4294967295 bytes, the limit is 65536',
  );
});

test('says what to do about other layouts', () => {
  const four = new Uint8Array(4);
  const helpFor = (descr: string): string | undefined => diagnosed(() => decodeNpy('a.npy', npyBytes(descr, [1], four))).help;
  expect(helpFor('<f16')).toBe("save array.astype('f4')");
  expect(helpFor('<U1')).toContain('numpy.unique');
  expect(helpFor('<c8')).toContain('array.real');
  expect(helpFor('|i4')).toBeUndefined();
  expect(diagnosed(() => decodeNpy('a.npy', npyBytes('<M8', [1], four))).message).toBe(
    'a.npy has numbers of type <M8, expected u1, b1, i1, i2, u2, i4, u4, i8, u8, f2, f4, f8',
  );
  expect(diagnosed(() => decodeNpy('a.npy', npyBytes('|u1', [2, 2], four, { fortran: true }))).help).toContain('ascontiguousarray');
  expect(diagnosed(() => decodeNpy('a.npz', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0))).help).toContain('numpy.save');
  const broken = npyBytes('<f4', [1], four);
  broken.set(new TextEncoder().encode('import os'), 10);
  expect(diagnosed(() => decodeNpy('a.npy', broken)).code).toBe('data/corrupt');
});

const floats = (shape: readonly number[], values: readonly number[]): { file: string; bytes: Uint8Array } => ({
  file: 'x.npy',
  bytes: npyBytes('<f4', shape, bytesOf(Float32Array.from(values))),
});
const labels = (...values: number[]): { file: string; bytes: Uint8Array } => ({
  file: 'y.npy',
  bytes: npyBytes('<i8', [values.length], bytesOf(BigInt64Array.from(values.map(BigInt)))),
});

test('pairs samples with labels', () => {
  const features = decodeNpySplit(floats([2, 2], [0.5, 1, 2, -3]), labels(1, 0));
  expect(features.shape).toEqual([2]);
  expect(features.split.samples).toEqual(Float32Array.of(0.5, 1, 2, -3));
  expect(features.split.labels).toEqual(Uint8Array.of(1, 0));
  expect(decodeNpySplit(floats([1, 1, 2], [1, 2]), labels(0)).shape).toEqual([1, 1, 2]);
  expect(decodeNpySplit(floats([1, 2, 1, 1], [1, 2]), labels(0)).shape).toEqual([2, 1, 1]);
  expect(decodeNpySplit(floats([1, 1], [1]), labels(300)).split.labels).toEqual(Uint16Array.of(300));
});

test('a column or a row of labels is a list of them, in either order of memory', () => {
  const two = floats([2, 1], [1, 2]);
  for (const [shape, fortran] of [[[2, 1], false], [[1, 2], false], [[2, 1], true], [[2], true]] as const) {
    const file = { file: 'y.npy', bytes: npyBytes('|u1', shape, Uint8Array.of(3, 1), { fortran }) };
    expect(decodeNpySplit(two, file).split.labels).toEqual(Uint8Array.of(3, 1));
  }
});

test('refuses pairs that do not fit', () => {
  const two = floats([2, 1], [1, 2]);
  expect(diagnosed(() => decodeNpySplit(two, labels(1))).message).toBe('x.npy holds 2 samples, but y.npy holds 1 labels');
  expect(diagnosed(() => decodeNpySplit(two, labels(1, -1))).message).toContain('label -1 at sample 1');
  expect(diagnosed(() => decodeNpySplit(two, { ...floats([2], [0, 0.5]), file: 'y.npy' })).code).toBe('data/label');
  expect(diagnosed(() => decodeNpySplit(two, { ...floats([2, 2], [0, 1, 1, 0]), file: 'y.npy' })).help).toContain('argmax');
  expect(diagnosed(() => decodeNpySplit(two, { ...floats([2, 2, 2], [0, 1, 1, 0, 0, 0, 0, 0]), file: 'y.npy' }))).toMatchObject({
    message: 'y.npy has 3 dimensions [2, 2, 2], expected 1 (count)',
    help: 'save one class index a sample',
  });
  expect(diagnosed(() => decodeNpySplit(floats([2], [1, 2]), labels(0, 1))).help).toContain('reshape(count, -1)');
  expect(diagnosed(() => decodeNpySplit(floats([2, 1], [1, Number.NaN]), labels(0, 1))).message).toBe(
    'x.npy holds NaN at element 1, expected finite numbers',
  );
});
