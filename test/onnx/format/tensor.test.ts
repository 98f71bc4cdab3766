// Tensors of every type, from bytes and from fields, and those that are not what they say.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import { externalFiles } from '../../../src/driver/import/external-files.ts';
import type { ExternalFiles } from '../../../src/onnx/format/external.ts';
import { joined } from '../../../src/onnx/format/encode.ts';
import { readTensorFile, writeTensorProto } from '../../../src/onnx/format/files.ts';
import type { TensorProto } from '../../../src/onnx/format/messages.ts';
import { readTensor } from '../../../src/onnx/format/tensor.ts';
import { temporaryFolder } from '../../cli/support.ts';

const dims = (...extents: readonly (number | bigint)[]): BigInt64Array => BigInt64Array.from(extents.map(BigInt));
const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function faultOf(proto: TensorProto, external?: ExternalFiles): string {
  try {
    readTensor(proto, 'initializer "w"', external).elements();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n');
    throw error;
  }
  return '';
}

const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00);
const brains = Uint16Array.of(0x3f80, 0xc000, 0x0001, 0x7f80);
const halfValues = Float32Array.of(1, -2, 2 ** -24, Infinity);
const brainValues = Float32Array.of(1, -2, 2 ** -133, Infinity);
const asInts = (array: ArrayLike<number>): Int32Array => Int32Array.from(array);

const floats = Float32Array.of(1.5, -0, NaN);
const doubles = Float64Array.of(Math.PI, -0);
const long = BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n);
const unsignedLong = BigUint64Array.of(2n ** 64n - 1n, 0n);

test.each([
  ['float', 1, floats, { floatData: floats }, floats],
  ['double', 11, doubles, { doubleData: doubles }, doubles],
  ['float16', 10, halves, { int32Data: asInts(halves) }, halfValues],
  ['bfloat16', 16, brains, { int32Data: asInts(brains) }, brainValues],
  ['int8', 3, Int8Array.of(-128, 127), { int32Data: Int32Array.of(-128, 127) }, Int8Array.of(-128, 127)],
  ['int16', 5, Int16Array.of(-32768, 32767), { int32Data: Int32Array.of(-32768, 32767) }, Int16Array.of(-32768, 32767)],
  ['int32', 6, Int32Array.of(-(2 ** 31), 2 ** 31 - 1), { int32Data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) }, Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
  ['int64', 7, long, { int64Data: long }, long],
  ['uint8', 2, Uint8Array.of(0, 255), { int32Data: Int32Array.of(0, 255) }, Uint8Array.of(0, 255)],
  ['uint16', 4, Uint16Array.of(0, 65535), { int32Data: Int32Array.of(0, 65535) }, Uint16Array.of(0, 65535)],
  ['uint32', 12, Uint32Array.of(0, 2 ** 32 - 1), { uint64Data: BigUint64Array.of(0n, 2n ** 32n - 1n) }, Uint32Array.of(0, 2 ** 32 - 1)],
  ['uint64', 13, unsignedLong, { uint64Data: unsignedLong }, unsignedLong],
  ['bool', 9, Uint8Array.of(0, 1, 7), { int32Data: Int32Array.of(0, 1, 7) }, Uint8Array.of(0, 1, 1)],
] as const)('%s, from bytes at any address and from its field', (name, dataType, stored, field, expected) => {
  const proto = { dataType, dims: dims(stored.length) };
  for (const shift of [0, 1]) {
    const file = joined(writeTensorProto({ ...proto, name: 'n'.repeat(shift), rawData: bytesOf(stored) }));
    const read = readTensorFile(file, 'w.pb');
    expect(read.type.name).toBe(name);
    expect(read.elements()).toEqual(expected);
  }
  const read = readTensorFile(joined(writeTensorProto({ ...proto, ...field })), 'w.pb');
  expect(read.elements()).toEqual(expected);
});

test('elements are a view of the file where they can be', () => {
  const rawData = bytesOf(Float32Array.of(1, 2));
  expect(readTensor({ dataType: 1, dims: dims(2), rawData }, 'w').elements().buffer).toBe(rawData.buffer);
});

test('a single number and none', () => {
  expect(readTensor({ dataType: 1, floatData: Float32Array.of(3) }, 'w')).toMatchObject({ shape: [], size: 1 });
  expect(readTensor({ dataType: 7, dims: dims(0, 3) }, 'w').elements()).toEqual(new BigInt64Array(0));
});

test.each([
  ['no type', { dims: dims(1) }, 'does not say what its elements are'],
  ['strings', { dataType: 8, dims: dims(1), stringData: [] }, 'has elements of string, which are not read'],
  ['four bits', { dataType: 22, dims: dims(1) }, 'has elements of int4'],
  ['a type of tomorrow', { dataType: 99, dims: dims(1) }, 'has elements of type 99'],
  ['too few bytes', { dataType: 1, dims: dims(2, 2), rawData: new Uint8Array(12) }, 'has shape [2, 2], which is 16 bytes of float; 12 are there'],
  ['too many numbers', { dataType: 1, dims: dims(2), floatData: Float32Array.of(1, 2, 3) }, 'has shape [2], which is 2 numbers; 3 are there'],
  ['nothing', { dataType: 1, dims: dims(2) }, 'has shape [2], which is 2 numbers; 0 are there'],
  ['two sources', { dataType: 1, dims: dims(1), rawData: new Uint8Array(4), floatData: Float32Array.of(1) }, 'has its numbers twice'],
  ['another field', { dataType: 1, dims: dims(1), doubleData: Float64Array.of(1) }, 'has numbers in a field of another type than float'],
  ['a negative extent', { dataType: 1, dims: dims(-1) }, 'has a dimension of -1'],
  ['a segment', { dataType: 1, dims: dims(1), segment: { begin: 0n, end: 1n } }, 'is a segment'],
])('refused: %s', (_, proto, why) => expect(faultOf(proto)).toContain(`onnx/tensor: initializer "w" ${why}`));

test.each([
  ['more elements than are read', dims(2 ** 14, 2 ** 14, 2), 'elements of initializer "w", [16384, 16384, 2]: 536,870,912, at most 268,435,456'],
  ['a product beyond 64 bits', dims(2n ** 62n, 2n ** 62n), 'at most 268,435,456'],
  ['an extent that hides behind a zero', dims(0, 2n ** 40n), 'at most 268,435,456'],
  ['many dimensions', dims(1, 1, 1, 1, 1, 1, 1, 1, 1), 'dimensions of initializer "w": 9, at most 8'],
])('too large: %s', (_, extents, why) => expect(faultOf({ dataType: 1, dims: extents, rawData: new Uint8Array() })).toMatch(new RegExp(`^onnx/too-large: .*${why.replaceAll(/[[\]]/g, '\\$&')}`)));

describe('numbers in another file', () => {
  const folder = temporaryFolder();
  const model = join(folder, 'model');
  mkdirSync(join(model, 'inner'), { recursive: true });
  writeFileSync(join(model, 'weights.bin'), bytesOf(Float32Array.of(0, 1, 2)));
  writeFileSync(join(folder, 'secret.bin'), new Uint8Array(64));
  symlinkSync(join(folder, 'secret.bin'), join(model, 'link.bin'));
  const files = externalFiles(model);
  const external = (entries: Readonly<Record<string, string>>): TensorProto => ({ dataType: 1, dims: dims(2), dataLocation: 1, externalData: Object.entries(entries).map(([key, value]) => ({ key, value })) });

  test('are read where this is allowed', () => {
    const tensor = external({ location: 'weights.bin', offset: '4', length: '8' });
    expect(readTensor(tensor, 'w', files).elements()).toEqual(Float32Array.of(1, 2));
    expect(faultOf(tensor)).toBe('onnx/external: the numbers of initializer "w" lie in another file, "weights.bin"');
  });

  test.each([
    ['no name', {}, 'and it does not say which'],
    ['a folder above', { location: '../secret.bin' }, 'is a path: only files in the model\'s own folder are read'],
    ['an absolute path', { location: '/etc/passwd' }, 'is a path'],
    ['a path of Windows', { location: '..\\secret.bin' }, 'is a path'],
    ['a drive', { location: 'C:secret.bin' }, 'is a path'],
    ['a stream', { location: 'weights.bin:other' }, 'is a path'],
    ['the folder', { location: '.' }, 'whose name is "."'],
    ['the folder above', { location: '..' }, 'whose name is ".."'],
    ['a zero byte', { location: 'weights.bin\0.txt' }, 'is none of a plain file'],
    ['a device', { location: 'NUL' }, 'is none of a plain file'],
    ['a link', { location: 'link.bin' }, 'it is a symbolic link'],
    ['a folder within', { location: 'inner' }, 'it is a folder'],
    ['nothing there', { location: 'none.bin' }, 'there is no such file'],
    ['another length', { location: 'weights.bin', length: '4' }, 'takes 4 bytes there, expected 8'],
    ['beyond the end', { location: 'weights.bin', offset: '8' }, 'bytes 8 to 16 are wanted, it has 12'],
    ['a negative offset', { location: 'weights.bin', offset: '-4' }, '`offset` is "-4", expected a number of bytes'],
    ['an offset beyond all numbers', { location: 'weights.bin', offset: '99999999999999999999' }, 'expected a number of bytes'],
  ])('refused: %s', (_, entries, why) => {
    const fault = faultOf(external(entries), files);
    expect(fault).toMatch(/^onnx\/external: the numbers of initializer "w" lie in another file, /);
    expect(fault).toContain(why);
  });
});
