// The header of a safetensors file (https://github.com/huggingface/safetensors):
//
//   8 bytes   length N of the header, little-endian
//   N bytes   JSON: {"name": {"dtype": "F32", "shape": [20, 1, 5, 5], "data_offsets": [0, 2000]}, "__metadata__": {...}}
//   the rest  the tensors, row-major and little-endian; offsets are from the end of the header
//
// It tells all but the numbers, so that a file can be judged, and refused, before its tensors are read. The reader
// trusts nothing: every size has a cap and every byte of the rest belongs to one tensor.

import { fail } from '../base/diagnostic.ts';
import { repeatedKey } from '../base/json-keys.ts';
import { sizeOf } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import { weightsDiagnostics } from './diagnostics.ts';
import { bytesOfType } from './safetensors-elements.ts';

export interface TensorEntry {
  readonly name: string;
  /** As the file says: `F32`, or a type that we do not read. */
  readonly type: string;
  readonly shape: Shape;
  /** Byte offsets from the start of the file. */
  readonly from: number;
  readonly to: number;
}

export interface TensorIndex {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

const maxHeader = 16 * 2 ** 20;
const maxTensors = 100_000;
const maxRank = 8;
const maxElements = 2 ** 31 - 1;
/** Bytes before the header. */
export const headerPrefix = 8;
const openingBrace = 0x7b;
export const metadataKey = '__metadata__';

/** Whether a file may be of this format: its first nine bytes are a length and the beginning of JSON. */
export function beginsLikeSafetensors(first: Uint8Array): boolean {
  return first[headerPrefix] === openingBrace;
}

/**
 * Where the header of a file ends and its tensors begin. Fails with `weights/*`.
 * @param first The first bytes of the file, nine at least if there are so many.
 * @param size Of the file, in bytes.
 */
export function headerEnd(first: Uint8Array, size: number, file: string): number {
  if (first.length < headerPrefix) fail(weightsDiagnostics.truncated({ args: [file, size, headerPrefix] }));
  const view = new DataView(first.buffer, first.byteOffset, headerPrefix);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  // Any eight bytes are a length, so whatever else does not begin like JSON is another format.
  if (!beginsLikeSafetensors(first) && (size > headerPrefix || length > maxHeader)) {
    const help = '`train` writes such files, and so does `safetensors.torch.save_file` in Python';
    fail(weightsDiagnostics.corrupt({ args: [file, 'another beginning', 'the length of a header, then `{`'], help }));
  }
  if (length > maxHeader) fail(weightsDiagnostics['too-large']({ args: [file, 'a header of bytes:', length, maxHeader] }));
  if (headerPrefix + length > size) fail(weightsDiagnostics.truncated({ args: [file, size, headerPrefix + length] }));
  return headerPrefix + length;
}

/**
 * What the header says. Fails with `weights/*`.
 * @param beginning The file up to {@link headerEnd}, or more of it.
 */
export function readIndex(beginning: Uint8Array, size: number, file: string): TensorIndex {
  const start = headerEnd(beginning, size, file);
  const members = parseHeader(beginning.subarray(headerPrefix, start), file);
  const metadata = new Map<string, string>();
  const entries = new Map<string, TensorEntry>();
  for (const [name, member] of members) {
    if (name !== metadataKey) {
      entries.set(name, readEntry(name, member, start, size, file));
      continue;
    }
    for (const [key, value] of Object.entries(recordOf(member, file, metadataKey))) {
      if (typeof value !== 'string') corrupt(file, `metadata "${key}" that is no text`, 'text');
      metadata.set(key, value);
    }
  }
  checkCover([...entries.values()], start, size, file);
  return { entries, metadata };
}

function corrupt(file: string, found: string, expected: string): never {
  fail(weightsDiagnostics.corrupt({ args: [file, found, expected] }));
}

function parseHeader(header: Uint8Array, file: string): readonly (readonly [string, unknown])[] {
  let text: string;
  let value: unknown;
  try {
    // A copy: a decoder refuses shared memory.
    text = new TextDecoder('utf-8', { fatal: true }).decode(header.slice());
    value = JSON.parse(text);
  } catch {
    corrupt(file, 'a header that is no JSON', 'an object of tensors');
  }
  const entries = Object.entries(recordOf(value, file, 'the header'));
  if (entries.length > maxTensors) fail(weightsDiagnostics['too-large']({ args: [file, 'tensors:', entries.length, maxTensors] }));
  const repeated = repeatedKey(text);
  if (repeated !== undefined) fail(weightsDiagnostics.repeated({ args: [file, repeated], help: 'nobody can tell which of the two is meant: write the file again' }));
  return entries;
}

function recordOf(value: unknown, file: string, what: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) corrupt(file, `${what} that is no object`, 'an object');
  return value;
}

function readEntry(name: string, value: unknown, start: number, size: number, file: string): TensorEntry {
  const entry = new Map<string, unknown>(Object.entries(recordOf(value, file, `"${name}"`)));
  const type = entry.get('dtype');
  if (typeof type !== 'string') corrupt(file, `"${name}" without a dtype`, 'a dtype such as "F32"');
  const shape = integers(entry.get('shape'), Number.MAX_SAFE_INTEGER);
  if (!shape) corrupt(file, `a shape of "${name}" that is no list of sizes`, 'whole numbers from 0');
  if (shape.length > maxRank) fail(weightsDiagnostics['too-large']({ args: [file, `dimensions of "${name}":`, shape.length, maxRank] }));
  const elements = sizeOf(shape);
  const bytes = bytesOfType(type);

  const room = size - start;
  const [from, to, ...more] = integers(entry.get('data_offsets'), Number.MAX_SAFE_INTEGER) ?? [];
  if (from === undefined || to === undefined || more.length > 0 || from > to) corrupt(file, `data_offsets of "${name}" that are no range`, 'two ascending byte offsets');
  if (elements > maxElements) fail(weightsDiagnostics['too-large']({ args: [file, `elements of "${name}":`, elements, maxElements] }));
  if (to > room) fail(weightsDiagnostics.truncated({ args: [file, room, to], help: `"${name}" lies outside the file` }));
  if (bytes !== undefined && to - from !== elements * bytes) corrupt(file, `${to - from} bytes for "${name}"`, `${elements * bytes} for shape [${shape.join(', ')}]`);
  return { name, type, shape, from: start + from, to: start + to };
}

function integers(value: unknown, most: number): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list: readonly unknown[] = value;
  const numbers = list.filter((each): each is number => typeof each === 'number' && Number.isSafeInteger(each) && each >= 0 && each <= most);
  return numbers.length === list.length ? numbers : undefined;
}

/** Tensors neither overlap, which would take more memory than there is file, nor leave bytes between or after them. */
function checkCover(entries: readonly TensorEntry[], start: number, size: number, file: string): void {
  let end = start;
  for (const { name, from, to } of entries.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) corrupt(file, `"${name}" at byte ${from}`, `at ${end}, after the tensor before it`);
    end = to;
  }
  if (end !== size) corrupt(file, `${size} bytes`, `${end}, the end of the last tensor`);
}
