// Elements of the tensors of a safetensors file: little-endian numbers of a type.

import { fail } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import { halfToNumber } from '../base/half.ts';
import { weightsDiagnostics } from './diagnostics.ts';

type Elements = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

export interface ElementType {
  readonly bytes: number;
  readonly make: (count: number) => Elements;
  /** Of types that arrays have too, on a little-endian host. */
  readonly view?: (buffer: ArrayBuffer, at: number, count: number) => Elements;
  readonly read: (view: DataView, at: number) => number;
}

const makeF32 = (count: number): Float32Array<ArrayBuffer> => new Float32Array(count);
const makeF64 = (count: number): Float64Array<ArrayBuffer> => new Float64Array(count);

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Half precision fits f32 exactly. */
const elementTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['F32', { bytes: 4, make: makeF32, view: (buffer, at, count) => new Float32Array(buffer, at, count), read: (view, at) => view.getFloat32(at, true) }],
  ['F64', { bytes: 8, make: makeF64, view: (buffer, at, count) => new Float64Array(buffer, at, count), read: (view, at) => view.getFloat64(at, true) }],
  ['F16', { bytes: 2, make: makeF32, read: (view, at) => halfToNumber(view.getUint16(at, true)) }],
  ['BF16', { bytes: 2, make: makeF32, read: brainToNumber }],
]);

/** Of whole bytes, by the bytes of an element; files hold them beside weights, and we do not read them. */
const otherTypes: ReadonlyMap<string, number> = new Map([
  ...['BOOL', 'U8', 'I8', 'F8_E4M3', 'F8_E5M2', 'F8_E8M0'].map((name) => [name, 1] as const),
  ...['U16', 'I16'].map((name) => [name, 2] as const),
  ...['U32', 'I32'].map((name) => [name, 4] as const),
  ...['U64', 'I64', 'C64'].map((name) => [name, 8] as const),
]);

/** Bytes of an element; undefined for a type that we have not heard of. */
export function bytesOfType(name: string): number | undefined {
  return elementTypes.get(name)?.bytes ?? otherTypes.get(name);
}

/** What is wrong with the type of a tensor, unless it is one that we read. */
export function typeFault(type: string, tensor: string, file: string): Diagnostic | undefined {
  if (elementTypes.has(type)) return undefined;
  const expected = [...elementTypes.keys()].join(', ');
  return weightsDiagnostics.type({ args: [file, tensor, type, expected], help: `convert it in Python: \`tensors["${tensor}"] = tensors["${tensor}"].float()\`` });
}

/** Fails with `weights/type`. */
export function elementTypeOf(type: string, tensor: string, file: string): ElementType {
  const fault = typeFault(type, tensor, file);
  if (fault) fail(fault);
  return present(elementTypes.get(type), type);
}

/** @param bytes A whole number of elements; the answer may be a view of them. */
export function decodeElements(bytes: Uint8Array, type: ElementType): Elements {
  const { buffer, byteOffset, byteLength } = bytes;
  const isAligned = byteOffset % type.bytes === 0;
  if (type.view && hostIsLittleEndian && isAligned && buffer instanceof ArrayBuffer) return type.view(buffer, byteOffset, byteLength / type.bytes);
  const data = type.make(byteLength / type.bytes);
  const view = new DataView(buffer, byteOffset, byteLength);
  for (let i = 0; i < data.length; i++) data[i] = type.read(view, i * type.bytes);
  return data;
}

/** The elements' bytes: the array's own memory where the host is little-endian, else a copy. */
export function encodeElements(data: Float32Array | Float64Array): Uint8Array {
  const own = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (hostIsLittleEndian) return own;
  const swapped = own.slice();
  for (let at = 0; at < swapped.length; at += data.BYTES_PER_ELEMENT) swapped.subarray(at, at + data.BYTES_PER_ELEMENT).reverse();
  return swapped;
}

/** bfloat16 is the upper half of an f32. */
function brainToNumber(view: DataView, at: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint16(2, view.getUint16(at, true), true);
  return word.getFloat32(0, true);
}
