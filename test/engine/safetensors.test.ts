import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import { readSafetensors } from '../../src/engine/safetensors.ts';
import { safetensorsFile } from '../safetensors-file.ts';

function fileOf(header: unknown, data: ArrayLike<number> = [], length?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

function codeOf(bytes: Uint8Array): string | undefined {
  try {
    readSafetensors(bytes, 'x.safetensors');
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code;
    throw error;
  }
}

describe('what is written is read back', () => {
  test('names, shapes, types, metadata', () => {
    const tensors = new Map<string, Tensor>([
      ['conv1.weight', { shape: [2, 1, 1, 2], data: Float32Array.of(1, -0, 1e-40, NaN) }],
      ['__proto__', { shape: [1], data: Float64Array.of(Math.PI) }],
      ['empty', { shape: [0, 3], data: new Float32Array(0) }],
      ['scalar', { shape: [], data: Float32Array.of(Infinity) }],
    ]);
    const back = readSafetensors(safetensorsFile(tensors, new Map([['step', '12']])), 'x');
    expect(Object.fromEntries(back.tensors)).toEqual(Object.fromEntries(tensors));
    expect(back.metadata).toEqual(new Map([['step', '12']]));
  });

  test('bytes do not depend on the order of insertion', () => {
    const a: [string, Tensor] = ['a', { shape: [1], data: Float32Array.of(1) }];
    const b: [string, Tensor] = ['b', { shape: [1], data: Float32Array.of(2) }];
    expect(safetensorsFile(new Map([a, b]))).toEqual(safetensorsFile(new Map([b, a])));
  });

  test('half precision comes as f32', () => {
    const half = fileOf({ h: { dtype: 'F16', shape: [5], data_offsets: [0, 10] } }, [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 0x00, 0x7c]);
    expect([...(readSafetensors(half, 'x').tensors.get('h')?.data ?? [])]).toEqual([1, -2, 2 ** -24, 65504, Infinity]);
    const brain = fileOf({ b: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] } }, [0x80, 0x3f, 0x20, 0xc0]);
    expect([...(readSafetensors(brain, 'x').tensors.get('b')?.data ?? [])]).toEqual([1, -2.5]);
  });

  test('subnormal numbers of half precision are exact, in either sign', () => {
    const half = fileOf({ h: { dtype: 'F16', shape: [3], data_offsets: [0, 6] } }, [0xff, 0x03, 0x01, 0x80, 0x00, 0x80]);
    expect([...(readSafetensors(half, 'x').tensors.get('h')?.data ?? [])]).toEqual([1023 * 2 ** -24, -(2 ** -24), -0]);
    const brain = fileOf({ b: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] } }, [0x01, 0x00, 0x7f, 0x80]);
    expect([...(readSafetensors(brain, 'x').tensors.get('b')?.data ?? [])]).toEqual([2 ** -133, -127 * 2 ** -133]);
  });
});

describe('bad files', () => {
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const eight = [0, 0, 0, 0, 0, 0, 0, 0];
  const cases: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(0), 'weights/truncated'],
    ['no header', fileOf('', [], 10), 'weights/truncated'],
    ['a header of 2^60 bytes', fileOf('{', [], 2 ** 60), 'weights/too-large'],
    ['a text', new TextEncoder().encode('weights of the first layer'), 'weights/corrupt'],
    ['a short text', new TextEncoder().encode('weights\n'), 'weights/corrupt'],
    ['a file of PyTorch', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 8, 8, 0, 0, 0, 0), 'weights/corrupt'],
    ['no header where the length is plausible', fileOf('0', [], 9), 'weights/corrupt'],
    ['no JSON', fileOf('{"a":'), 'weights/corrupt'],
    ['bytes that are no UTF-8', fileOf('\u{0}').fill(0xff, 8), 'weights/corrupt'],
    ['an array', fileOf([]), 'weights/corrupt'],
    ['an entry that is no object', fileOf({ a: 3 }), 'weights/corrupt'],
    ['whole numbers', fileOf({ a: { ...entry, shape: [1], dtype: 'I64' } }, eight), 'weights/type'],
    ['an unknown type', fileOf({ a: { ...entry, dtype: 'F4' } }, eight), 'weights/type'],
    ['no type', fileOf({ a: { ...entry, dtype: 64 } }, eight), 'weights/corrupt'],
    ['more bytes than the whole numbers of its shape', fileOf({ a: { ...entry, shape: [1], dtype: 'I32' } }, eight), 'weights/corrupt'],
    ['a name twice', fileOf('{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}', eight), 'weights/repeated'],
    ['a name twice, once escaped', fileOf(String.raw`{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "\u0061": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}`, eight), 'weights/repeated'],
    ['a shape twice', fileOf('{"a": {"dtype": "F32", "shape": [1, 2], "shape": [2, 1], "data_offsets": [0, 8]}}', eight), 'weights/repeated'],
    ['a negative extent', fileOf({ a: { ...entry, shape: [-2] } }, eight), 'weights/corrupt'],
    ['a fractional extent', fileOf({ a: { ...entry, shape: [1.5] } }, eight), 'weights/corrupt'],
    ['no shape', fileOf({ a: { dtype: 'F32', data_offsets: [0, 8] } }, eight), 'weights/corrupt'],
    ['too many dimensions', fileOf({ a: { ...entry, shape: Array.from({ length: 9 }, () => 1) } }, eight), 'weights/too-large'],
    ['too many elements', fileOf({ a: { ...entry, shape: [65536, 65536] } }, eight), 'weights/too-large'],
    ['descending offsets', fileOf({ a: { ...entry, data_offsets: [8, 0] } }, eight), 'weights/corrupt'],
    ['offsets outside', fileOf({ a: { ...entry, data_offsets: [8, 16] } }, eight), 'weights/truncated'],
    ['fewer bytes than the shape', fileOf({ a: { ...entry, data_offsets: [0, 4] } }, eight), 'weights/corrupt'],
    ['an overlap', fileOf({ a: entry, b: entry }, eight), 'weights/corrupt'],
    // Decoded one by one they would take 80 GB.
    ['many overlaps', fileOf(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`t${i}`, { dtype: 'F32', shape: [2 ** 20], data_offsets: [0, 2 ** 22] }])), new Uint8Array(2 ** 22)), 'weights/corrupt'],
    ['a hole', fileOf({ a: { ...entry, data_offsets: [4, 12] } }, [...eight, 0, 0, 0, 0]), 'weights/corrupt'],
    ['bytes after the last tensor', fileOf({ a: entry }, [...eight, 1]), 'weights/corrupt'],
    ['metadata that is no text', fileOf({ __metadata__: { step: 3 } }), 'weights/corrupt'],
  ];
  test.each(cases)('%s', (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });

  test('damage anywhere is read or diagnosed, never a crash', () => {
    const whole = safetensorsFile(new Map([['a.weight', { shape: [2, 3], data: Float32Array.from({ length: 6 }, Math.sqrt) }]]));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const damaged = whole.slice(0, length);
        if (at < length) damaged[at] = byte;
        expect(codeOf(damaged) ?? 'weights/').toMatch(/^weights\//);
      }),
    );
  });
});
