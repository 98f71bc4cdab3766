// The safetensors format (https://github.com/huggingface/safetensors): named tensors in one file.
//
//   8 bytes   length N of the header, little-endian
//   N bytes   JSON: {"name": {"dtype": "F32", "shape": [20, 1, 5, 5], "data_offsets": [0, 2000]}, "__metadata__": {...}}
//   the rest  the tensors, row-major and little-endian; offsets are from the end of the header
//
// The reader trusts nothing: every size has a cap and every byte of the rest belongs to one tensor.

import { fail } from '../base/diagnostic.ts';
import { invariant } from '../base/invariant.ts';
import type { Tensor } from '../base/tensor.ts';
import { sizeOf } from '../base/tensor.ts';
import { weightsDiagnostics } from './diagnostics.ts';
import { decodeElements, elementTypes, encodeElements, typeNames } from './safetensors-elements.ts';
import type { ElementType } from './safetensors-elements.ts';

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

const maxHeader = 16 * 2 ** 20;
const maxTensors = 100_000;
const maxRank = 8;
const maxElements = 2 ** 31 - 1;
const prefix = 8;
const openingBrace = 0x7b;
const metadataKey = '__metadata__';

/** @param file What a person calls it. Fails with `weights/*` diagnostics. Half precision comes as f32. */
export function readSafetensors(bytes: Uint8Array, file: string): TensorFile {
  const entries = readHeader(bytes, file);
  const start = prefix + headerLength(bytes, file);
  const room = bytes.length - start;
  const metadata = new Map<string, string>();
  const regions: Region[] = [];
  for (const [name, entry] of entries) {
    if (name === metadataKey) {
      for (const [key, value] of Object.entries(recordOf(entry, file, metadataKey))) {
        if (typeof value !== 'string') corrupt(file, `metadata "${key}" that is no text`, 'text');
        metadata.set(key, value);
      }
      continue;
    }
    regions.push(readEntry(name, entry, room, file));
  }
  // Before anything is decoded: overlapping tensors would take more memory than there is file.
  checkCover(regions, room, file);
  const decoded = ({ name, shape, type, from, to }: Region): readonly [string, Tensor] => [name, { shape, data: decodeElements(bytes.subarray(start + from, start + to), type) }];
  return { tensors: new Map(regions.map(decoded)), metadata };
}

interface Region {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

function corrupt(file: string, found: string, expected: string): never {
  fail(weightsDiagnostics.corrupt({ args: [file, found, expected] }));
}

function headerLength(bytes: Uint8Array, file: string): number {
  if (bytes.length < prefix) fail(weightsDiagnostics.truncated({ args: [file, bytes.length, prefix] }));
  const view = new DataView(bytes.buffer, bytes.byteOffset, prefix);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  // Any eight bytes are a length, so whatever else does not begin like JSON is another format.
  if (bytes[prefix] !== openingBrace && (bytes.length > prefix || length > maxHeader)) {
    const help = '`train` writes such files, and so does `safetensors.torch.save_file` in Python';
    fail(weightsDiagnostics.corrupt({ args: [file, 'another beginning', 'the length of a header, then `{`'], help }));
  }
  if (length > maxHeader) fail(weightsDiagnostics['too-large']({ args: [file, 'a header of bytes:', length, maxHeader] }));
  if (prefix + length > bytes.length) fail(weightsDiagnostics.truncated({ args: [file, bytes.length, prefix + length] }));
  return length;
}

function readHeader(bytes: Uint8Array, file: string): readonly (readonly [string, unknown])[] {
  // A copy: a decoder refuses shared memory.
  const header = bytes.slice(prefix, prefix + headerLength(bytes, file));
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
  } catch {
    corrupt(file, 'a header that is no JSON', 'an object of tensors');
  }
  const entries = Object.entries(recordOf(value, file, 'the header'));
  if (entries.length > maxTensors) fail(weightsDiagnostics['too-large']({ args: [file, 'tensors:', entries.length, maxTensors] }));
  return entries;
}

function recordOf(value: unknown, file: string, what: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) corrupt(file, `${what} that is no object`, 'an object');
  return value;
}

function readEntry(name: string, value: unknown, room: number, file: string): Region {
  const entry = new Map<string, unknown>(Object.entries(recordOf(value, file, `"${name}"`)));
  const found = entry.get('dtype');
  const type = elementTypes.get(typeof found === 'string' ? found : '');
  if (!type) fail(weightsDiagnostics.type({ args: [file, name, typeof found === 'string' ? found : 'no dtype', typeNames] }));

  const shape = integers(entry.get('shape'), maxElements);
  if (!shape) corrupt(file, `a shape of "${name}" that is no list of sizes`, 'whole numbers from 0');
  if (shape.length > maxRank) fail(weightsDiagnostics['too-large']({ args: [file, `dimensions of "${name}":`, shape.length, maxRank] }));
  const elements = sizeOf(shape);
  if (elements > maxElements) fail(weightsDiagnostics['too-large']({ args: [file, `elements of "${name}":`, elements, maxElements] }));

  const [from, to, ...more] = integers(entry.get('data_offsets'), Number.MAX_SAFE_INTEGER) ?? [];
  if (from === undefined || to === undefined || more.length > 0 || from > to) corrupt(file, `data_offsets of "${name}" that are no range`, 'two ascending byte offsets');
  if (to > room) fail(weightsDiagnostics.truncated({ args: [file, room, to], help: `"${name}" lies outside the file` }));
  if (to - from !== elements * type.bytes) corrupt(file, `${to - from} bytes for "${name}"`, `${elements * type.bytes} for shape [${shape.join(', ')}]`);
  return { name, type, shape, from, to };
}

function integers(value: unknown, most: number): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list: readonly unknown[] = value;
  const numbers = list.filter((each): each is number => typeof each === 'number' && Number.isSafeInteger(each) && each >= 0 && each <= most);
  return numbers.length === list.length ? numbers : undefined;
}

/** Tensors neither overlap nor leave bytes between them or after them. */
function checkCover(regions: readonly Region[], room: number, file: string): void {
  let end = 0;
  for (const { name, from, to } of regions.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) corrupt(file, `"${name}" at byte ${from}`, `at ${end}, after the tensor before it`);
    end = to;
  }
  if (end !== room) corrupt(file, `${room} bytes of tensors`, `${end}`);
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
  const head = new Uint8Array(prefix + length);
  new DataView(head.buffer).setUint32(0, length, true);
  head.fill(0x20, prefix).set(text, prefix);
  return [head, ...pieces];
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
