// Our reader against another one, on every file there is.

import { expect, test } from 'vitest';
import { joined } from '../../../src/onnx/format/encode.ts';
import { decodeMessage } from '../../../src/onnx/format/decode.ts';
import { writeModelProto, writeTensorProto } from '../../../src/onnx/format/files.ts';
import { modelTable, tensorTable } from '../../../src/onnx/format/tables.ts';
import { bytesOf, filesOf, folder } from './files.ts';
import { readByProtobuf } from './protobuf.ts';

const files = filesOf('**/*.{onnx,pb}');
const isModel = (file: string): boolean => file.endsWith('.onnx');

/** Typed arrays as plain ones, bytes as text, which is compared faster. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1');
  if (ArrayBuffer.isView(value)) return [...(value as Float32Array)];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  return value;
}

test.skipIf(folder === undefined)('every file is read as @bufbuild/protobuf reads it, and written again to the same', { timeout: 600_000 }, () => {
  for (const file of files) {
    const bytes = bytesOf(file);
    const [name, read, written] = isModel(file) ? (['ModelProto', decodeMessage(bytes, modelTable, file, 'model'), writeModelProto] as const) : (['TensorProto', decodeMessage(bytes, tensorTable, file, 'tensor'), writeTensorProto] as const);
    expect({ file, read: plain(read) }).toEqual({ file, read: plain(readByProtobuf(bytes, name)) });
    const again = joined(written(read));
    expect({ file, again: plain(readByProtobuf(again, name)) }).toEqual({ file, again: plain(read) });
  }
  console.log(`${files.length} files are read as @bufbuild/protobuf reads them`);
});
