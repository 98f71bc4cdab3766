// What the reader makes of files: whole ones, ones cut off anywhere, damaged ones, and files that are something else.

import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import { stream } from '../../../src/base/random.ts';
import { joined } from '../../../src/onnx/format/encode.ts';
import { readModelProto, writeModelProto, writeTensorProto } from '../../../src/onnx/format/files.ts';
import { readModel } from '../../../src/onnx/model/read-model.ts';
import { floats, modelBytes, modelProto, node, value } from '../build.ts';
import { damaged } from '../damage.ts';
import { everything } from './everything.ts';

const whole = joined(writeModelProto(everything));

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code, message, help }) => `${code}: ${message}${help === undefined ? '' : ` (${help})`}`).join('\n');
    throw error;
  }
  return '';
}

test('what is written is read, and written again to the same bytes', () => {
  const read = readModelProto(whole, 'net.onnx');
  expect(read).toEqual(everything);
  expect(joined(writeModelProto(read))).toEqual(whole);
});

test('every beginning of a file is told to be one, in the field where it ends', () => {
  const messages = Array.from({ length: whole.length }, (_, length) => messageOf(() => readModelProto(whole.subarray(0, length), 'net.onnx')));
  // Without its last fields it is a whole model.
  const faults = messages.filter((message) => message !== '');
  expect(messages.length - faults.length).toBeLessThan(10);
  expect(faults.filter((message) => !/^onnx\/(truncated: net\.onnx is cut off in model|not-a-model: )/.test(message))).toEqual([]);
  expect(messageOf(() => readModelProto(whole.subarray(0, 300), 'net.onnx'))).toMatch(/^onnx\/truncated: net.onnx is cut off in model.graph, at byte \d+: [\d,]+ more bytes are announced, \d+ are there \(the file is not whole/);
});

test('damage anywhere ends in a model or in diagnostics', () => {
  const random = stream(1, 'damage');
  let models = 0;
  for (let seed = 0; seed < 2000; seed++) {
    const message = messageOf(() => {
      for (const tensor of readModel(damaged(whole, random, seed), 'net.onnx').graph.initializers.values()) tensor.elements();
    });
    if (message === '') models++;
  }
  // `everything` is no sound graph, so all of these are refused by one rule or another.
  expect(models).toBe(0);
  const sound = modelBytes({ node: [node('Conv', ['x', 'w'], ['y'], { pads: [0, 0, 0, 0] })], input: [value('x', [1, 1, 3, 3])], output: [value('y', [1, 1, 1, 1])], initializer: [floats('w', [1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])] });
  for (let seed = 0; seed < 2000; seed++) messageOf(() => readModel(damaged(sound, random, seed), 'net.onnx'));
});

test('a fault inside names the field, the node and the byte', () => {
  const bytes = modelBytes({ node: [node('Conv', ['x'], ['y'], { pads: [77, 77] }, 'conv1')], output: [value('y', [1])] });
  const at = bytes.findIndex((byte, i) => byte === 77 && bytes[i + 1] === 0x40 && bytes[i + 2] === 77);
  const broken = Uint8Array.from(bytes);
  broken.fill(0xff, at + 2, at + 3);
  expect(messageOf(() => readModelProto(broken, 'net.onnx'))).toMatch(/^onnx\/malformed: net\.onnx is damaged in model\.graph\.node\[0\]\.attribute\[0\] \(attribute "pads" of node "conv1"\), at byte \d+: /);
});

describe('other files are told apart', () => {
  const text = (written: string): Uint8Array => new TextEncoder().encode(written);
  test.each([
    ['nothing', new Uint8Array(), 'an empty file'],
    ['HTML', text('\n<!DOCTYPE html><html><body>Sign in'), 'a page of HTML'],
    ['Git LFS', text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'), 'a pointer of Git LFS'],
    ['a .pth', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), 'a zip archive'],
    ['a pickle', Uint8Array.of(0x80, 2, 0x8a, 0x0a), 'a Python pickle'],
    ['Keras', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10), 'HDF5'],
    ['TensorFlow Lite', text('\u001c\0\0\0TFL3'), 'a model of TensorFlow Lite'],
    ['ORT', text('\u001c\0\0\0ORTM'), 'format ORT'],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8), 'compressed'],
    ['safetensors', text('\u0040\0\0\0\0\0\0\0{"conv1.weight":'), 'safetensors'],
    ['a source', text('network Net(image: tensor[1, 28, 28]) {\n}\n'), 'text'],
    ['a GraphDef', Uint8Array.of(0x0a, 3, 0x0a, 1, 0x78), 'a frozen graph of TensorFlow'],
    ['a SavedModel', Uint8Array.of(0x08, 1, 0x12, 4, 0x0a, 2, 0x2a, 0), 'a SavedModel of TensorFlow'],
    ['a model without a graph', joined(writeModelProto({ irVersion: 8n, producerName: 'x' })), 'a model without a graph, by "x"'],
    ['a program', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1), 'a file of another kind'],
    ['a tensor', joined(writeTensorProto(floats('x', [1], [2]))), 'a single tensor'],
    ['another message', joined(writeModelProto({ producerName: 'x' })), 'another message of protobuf'],
  ])('%s', (_, bytes, what) => {
    const message = messageOf(() => readModelProto(bytes, 'net.onnx'));
    expect(message).toMatch(/^onnx\/not-a-model: net\.onnx is no ONNX model: it is .*\(.+\)$/);
    expect(message).toContain(what);
  });
});

describe('protobuf as other writers write it', () => {
  const read = (...bytes: readonly number[]): unknown => readModelProto(Uint8Array.of(...bytes), 'net.onnx');
  const graph = [0x3a, 0x00];

  test('of a number that is there twice the last one counts, of a message both', () => {
    expect(read(0x08, 3, 0x08, 4, 0x3a, 3, 0x12, 1, 0x61, 0x3a, 3, 0x52, 1, 0x62)).toEqual({ irVersion: 4n, graph: { name: 'a', docString: 'b' } });
  });

  test('of a oneof the last one counts', () => {
    // A dimension with a size, then a name.
    const dimension = [0x08, 5, 0x12, 1, 0x4e];
    const type = [0x0a, 4 + dimension.length, 0x12, 2 + dimension.length, 0x0a, dimension.length, ...dimension];
    const info = [0x12, type.length, ...type];
    expect(read(0x3a, 2 + info.length, 0x5a, info.length, ...info)).toEqual({ graph: { input: [{ type: { tensorType: { shape: { dim: [{ dimParam: 'N' }] } } } }] } });
  });

  test('numbers one by one, packed, and both', () => {
    const tensor = [0x08, 2, 0x0a, 2, 3, 4, 0x08, 5, 0x25, 0, 0, 0x80, 0x3f, 0x22, 4, 0, 0, 0, 0x40];
    expect(read(0x3a, 2 + tensor.length, 0x2a, tensor.length, ...tensor)).toEqual({ graph: { initializer: [{ dims: BigInt64Array.of(2n, 3n, 4n, 5n), floatData: Float32Array.of(1, 2) }] } });
  });

  test('fields of later versions, of every wire type, are passed over', () => {
    const unknown = [0xf8, 0x07, 1, 0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8, 0xfa, 0x07, 2, 1, 2, 0xfb, 0x07, 0x0a, 1, 9, 0xfc, 0x07, 0xfd, 0x07, 1, 2, 3, 4];
    expect(read(...unknown, ...graph)).toEqual({ graph: {} });
  });

  test('a known field of another wire type is a fault', () => {
    expect(messageOf(() => read(0x08, 3, 0x0d, 1, 2, 3, 4, ...graph))).toContain('onnx/malformed: net.onnx is damaged in model.irVersion, at byte 2: a value of wire type 5, expected 0');
  });

  test.each([
    ['a number of eleven bytes', [0x08, ...Array.from({ length: 10 }, () => 0xff), 1], 'more than ten bytes'],
    ['a field of number 0', [0x00, 1], 'number 0'],
    ['a group that never begins', [0xfc, 0x07], 'wire type 4'],
    ['a wire type that is none', [0xff, 0x07], 'wire type 7'],
    ['a length beyond its message', [0x3a, 2, 0x12, 5, 0x08, 3], 'has 0 left'],
  ])('%s', (_, bytes, why) => expect(messageOf(() => read(0x08, 3, ...bytes))).toContain(why));
});

describe('caps', () => {
  const varint = (number: number): number[] => (number < 128 ? [number] : [(number & 127) | 128, ...varint(Math.floor(number / 128))]);
  const field = (number: number, bytes: Uint8Array): Uint8Array => joined([Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
  const repeated = (count: number, ...bytes: readonly number[]): Uint8Array => Uint8Array.from({ length: count * bytes.length }, (_, i) => bytes[i % bytes.length] as number);

  test('nodes', () => expect(messageOf(() => readModelProto(field(7, repeated(100_001, 0x0a, 0)), 'net.onnx'))).toMatch(/^onnx\/too-large: net\.onnx, model\.graph\.node\[100000\]: messages `node` of the file: 100,001, at most 100,000/));
  test('parts', () => expect(messageOf(() => readModelProto(field(7, field(1, repeated(1_000_000, 0x0a, 0))), 'net.onnx'))).toMatch(/names of the file: 1,000,001, at most 1,000,000/));
  test('names', () => {
    const named = (length: number): Uint8Array => modelBytes({ name: 'n'.repeat(length), output: [] });
    expect(readModelProto(named(65_536), 'net.onnx').graph.name).toHaveLength(65_536);
    expect(messageOf(() => readModelProto(named(65_537), 'net.onnx'))).toContain('onnx/too-large: net.onnx, model.graph.name: bytes: 65,537, at most 65,536');
  });
  test('depth', () => {
    let graph: Uint8Array = new Uint8Array();
    for (let i = 0; i < 12; i++) graph = field(1, field(5, field(6, graph)));
    expect(messageOf(() => readModelProto(field(7, graph), 'net.onnx'))).toContain('messages in one another: 25, at most 24');
  });
});

test('names that are code stay names', () => {
  const read = readModel(modelBytes({ node: [node('Relu', ['__proto__'], ['constructor'])], input: [value('__proto__', [1])], output: [value('constructor', [1])] }), 'net.onnx');
  expect(read.graph.inputs.map(({ name }) => name)).toEqual(['__proto__']);
  expect([...read.graph.types.keys()]).toEqual(['__proto__', 'constructor']);
});

test('the writer holds lists to their types', () => {
  expect(() => writeModelProto(modelProto({ initializer: [{ dims: Int32Array.of(1) as unknown as BigInt64Array }] }))).toThrow('a list of int64 in Int32Array');
});
