// Safetensors files as bytes: all tensors of one read, and written. safetensors-header.ts describes the format.

import { invariant } from '../base/invariant.ts';
import type { Tensor } from '../base/tensor.ts';
import { sizeOf } from '../base/tensor.ts';
import { decodeElements, elementTypeOf, encodeElements } from './safetensors-elements.ts';
import { headerPrefix, metadataKey, readIndex } from './safetensors-header.ts';
import type { TensorEntry } from './safetensors-header.ts';

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** @param file What a person calls it. Fails with `weights/*` diagnostics. Half precision comes as f32. */
export function readSafetensors(bytes: Uint8Array, file: string): TensorFile {
  const { entries, metadata } = readIndex(bytes, bytes.length, file);
  const decoded = [...entries].map(([name, entry]) => [name, decodeTensor(entry, bytes.subarray(entry.from, entry.to), file)] as const);
  return { tensors: new Map(decoded), metadata };
}

/** @param bytes Of the tensor alone. Fails with `weights/type`. Half precision comes as f32. */
export function decodeTensor({ name, type, shape }: TensorEntry, bytes: Uint8Array, file: string): Tensor {
  return { shape, data: decodeElements(bytes, elementTypeOf(type, name, file)) };
}

/**
 * One file in pieces to be written one after the other, the same bytes for the same tensors: by name, F32 for
 * Float32Array, F64 for Float64Array. The pieces are the tensors' own memory where they can be, so that a training
 * process need not hold its weights twice to save them: no tensor may change until all pieces are written.
 */
export function encodeSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: ReadonlyMap<string, string> = new Map()): readonly Uint8Array[] {
  const header: [string, unknown][] = [];
  if (metadata.size > 0) header.push([metadataKey, Object.fromEntries([...metadata].sort(byKey))]);
  const pieces: Uint8Array[] = [];
  let end = 0;
  for (const [name, { shape, data }] of [...tensors].sort(byKey)) {
    invariant(data.length === sizeOf(shape), () => `${data.length} elements for shape [${shape.join(', ')}] of ${name}`);
    header.push([name, { dtype: data instanceof Float32Array ? 'F32' : 'F64', shape, data_offsets: [end, end + data.byteLength] }]);
    pieces.push(encodeElements(data));
    end += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // Padded with spaces, so that tensors lie at multiples of eight bytes.
  const length = Math.ceil(text.length / 8) * 8;
  const head = new Uint8Array(headerPrefix + length);
  new DataView(head.buffer).setUint32(0, length, true);
  head.fill(0x20, headerPrefix).set(text, headerPrefix);
  return [head, ...pieces];
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
