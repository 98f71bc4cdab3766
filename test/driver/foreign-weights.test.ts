import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { renderDiagnostic } from '../../src/base/frame.ts';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { withTensorFile } from '../../src/driver/weights/tensor-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-foreign-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ascii = (text: string): readonly number[] => [...Buffer.from(text, 'latin1')];
/** The beginning of a zip archive whose first file has this name. */
const zip = (name: string): readonly number[] => [...ascii('PK\x03\x04'), ...new Uint8Array(22), name.length, 0, 0, 0, ...ascii(name), ...new Uint8Array(40)];

function refusal(bytes: Uint8Array, name = 'my model.bin'): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  try {
    return String(withTensorFile(file, ({ tensors }) => tensors.size));
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(renderDiagnostic).join('\n').replaceAll(folder, '');
    throw error;
  }
}

describe('other formats are known by their content', () => {
  test.each<[string, readonly number[], string, readonly string[]]>([
    ['torch.save', zip('archive/data.pkl'), 'a file of PyTorch', ['state = torch.load("/my model.bin", map_location="cpu", weights_only=True)', '.clone().contiguous()', '"/my model.safetensors"']],
    ['torch.save before archives', [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e], 'a file of PyTorch', ['torch.load']],
    ['NumPy', zip('conv1.weight.npy'), 'an archive of NumPy', ['np.load("/my model.bin")']],
    ['Keras 3', zip('metadata.json'), 'a file of Keras', ['keras.models.load_model("/my model.bin")', 'value.transpose(3, 2, 0, 1)', 'value.T']],
    ['Keras 2', ascii('\x89HDF\r\n\x1a\n and so on'), 'a file of Keras', ['keras.models.load_model']],
    ['ONNX', [0x08, 0x08, 0x12, 0x07, ...ascii('pytorch')], 'a model in ONNX', ['numpy_helper.to_array']],
  ])('%s', (_, bytes, what, lines) => {
    const told = refusal(Uint8Array.from(bytes));
    expect(told).toContain(`error[weights/format]: /my model.bin is ${what}`);
    for (const line of lines) expect(told).toContain(line);
  });

  test('a header as long as a pickle begins is none', () => {
    const text = '{}'.padEnd(0x280);
    expect(refusal(Uint8Array.from([0x80, 0x02, 0, 0, 0, 0, 0, 0, ...ascii(text)]))).toBe('0');
  });

  test('what is nothing we know is no safetensors file', () => {
    expect(refusal(Uint8Array.from(ascii('weights of the first layer')))).toContain('weights/corrupt');
    expect(refusal(new Uint8Array(0))).toContain('weights/truncated');
  });
});

test('a file of 4 GiB is judged by its header', () => {
  const text = JSON.stringify({ a: { dtype: 'F8_E4M3', shape: [2 ** 31 - 1], data_offsets: [0, 2 ** 31 - 1] }, b: { dtype: 'F16', shape: [3], data_offsets: [2 ** 31 - 1, 2 ** 31 + 5] } }).padEnd(256);
  const file = join(folder, 'large.safetensors');
  writeFileSync(file, Uint8Array.from([0, 1, 0, 0, 0, 0, 0, 0, ...ascii(text)]));
  truncateSync(file, 8 + 256 + 2 ** 31 + 5);
  expect(withTensorFile(file, ({ tensors, read }) => [tensors.size, read('b')])).toEqual([2, { shape: [3], data: new Float32Array(3) }]);
});
