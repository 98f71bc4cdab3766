// Types of elements of tensors: their numbers in a file, how their bytes become numbers, and which field of a
// message holds them where they do not lie in `rawData`.

import { halfToNumber } from '../../base/half.ts';
import type { TensorProto } from './messages.ts';

/** As they are read: half precision comes as f32, which holds it exactly, and so does bfloat16; booleans as 0 and 1. */
export type Elements =
  | Float32Array | Float64Array
  | Int8Array | Int16Array | Int32Array | BigInt64Array
  | Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

export type ElementTypeName =
  | 'float' | 'double' | 'float16' | 'bfloat16'
  | 'int8' | 'int16' | 'int32' | 'int64'
  | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'bool';

export interface ElementType {
  readonly name: ElementTypeName;
  /** In a file. */
  readonly number: number;
  readonly kind: 'float' | 'integer' | 'bool';
  readonly bytes: number;
  readonly make: (count: number) => Elements;
  /** An array over bytes, on a little-endian host; absent where bytes are no elements of an array. */
  readonly view?: (buffer: ArrayBufferLike, at: number, count: number) => Elements;
  readonly read: (view: DataView, at: number) => number | bigint;
  /** The field of numbers, and what a number there means: half precision lies there as bits. */
  readonly field: 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data';
  readonly ofField?: (number: number) => number;
}

const upperHalfToNumber = (bits: number): number => new Float32Array(Uint32Array.of((bits << 16) >>> 0).buffer)[0] as number;

const supported: readonly ElementType[] = [
  { name: 'float', number: 1, kind: 'float', bytes: 4, make: (n) => new Float32Array(n), view: (b, at, n) => new Float32Array(b, at, n), read: (v, at) => v.getFloat32(at, true), field: 'floatData' },
  { name: 'uint8', number: 2, kind: 'integer', bytes: 1, make: (n) => new Uint8Array(n), view: (b, at, n) => new Uint8Array(b, at, n), read: (v, at) => v.getUint8(at), field: 'int32Data' },
  { name: 'int8', number: 3, kind: 'integer', bytes: 1, make: (n) => new Int8Array(n), view: (b, at, n) => new Int8Array(b, at, n), read: (v, at) => v.getInt8(at), field: 'int32Data' },
  { name: 'uint16', number: 4, kind: 'integer', bytes: 2, make: (n) => new Uint16Array(n), view: (b, at, n) => new Uint16Array(b, at, n), read: (v, at) => v.getUint16(at, true), field: 'int32Data' },
  { name: 'int16', number: 5, kind: 'integer', bytes: 2, make: (n) => new Int16Array(n), view: (b, at, n) => new Int16Array(b, at, n), read: (v, at) => v.getInt16(at, true), field: 'int32Data' },
  { name: 'int32', number: 6, kind: 'integer', bytes: 4, make: (n) => new Int32Array(n), view: (b, at, n) => new Int32Array(b, at, n), read: (v, at) => v.getInt32(at, true), field: 'int32Data' },
  { name: 'int64', number: 7, kind: 'integer', bytes: 8, make: (n) => new BigInt64Array(n), view: (b, at, n) => new BigInt64Array(b, at, n), read: (v, at) => v.getBigInt64(at, true), field: 'int64Data' },
  { name: 'bool', number: 9, kind: 'bool', bytes: 1, make: (n) => new Uint8Array(n), read: (v, at) => (v.getUint8(at) === 0 ? 0 : 1), field: 'int32Data', ofField: (number) => (number === 0 ? 0 : 1) },
  { name: 'float16', number: 10, kind: 'float', bytes: 2, make: (n) => new Float32Array(n), read: (v, at) => halfToNumber(v.getUint16(at, true)), field: 'int32Data', ofField: halfToNumber },
  { name: 'double', number: 11, kind: 'float', bytes: 8, make: (n) => new Float64Array(n), view: (b, at, n) => new Float64Array(b, at, n), read: (v, at) => v.getFloat64(at, true), field: 'doubleData' },
  { name: 'uint32', number: 12, kind: 'integer', bytes: 4, make: (n) => new Uint32Array(n), view: (b, at, n) => new Uint32Array(b, at, n), read: (v, at) => v.getUint32(at, true), field: 'uint64Data' },
  { name: 'uint64', number: 13, kind: 'integer', bytes: 8, make: (n) => new BigUint64Array(n), view: (b, at, n) => new BigUint64Array(b, at, n), read: (v, at) => v.getBigUint64(at, true), field: 'uint64Data' },
  { name: 'bfloat16', number: 16, kind: 'float', bytes: 2, make: (n) => new Float32Array(n), read: (v, at) => upperHalfToNumber(v.getUint16(at, true)), field: 'int32Data', ofField: upperHalfToNumber },
];

/** Named, so that they can be refused by name. */
const unsupported: ReadonlyMap<number, string> = new Map([
  [8, 'string'], [14, 'complex64'], [15, 'complex128'], [17, 'float8e4m3fn'], [18, 'float8e4m3fnuz'], [19, 'float8e5m2'], [20, 'float8e5m2fnuz'],
  [21, 'uint4'], [22, 'int4'], [23, 'float4e2m1'], [24, 'float8e8m0'], [25, 'uint2'], [26, 'int2'],
]);

const byNumber: ReadonlyMap<number, ElementType> = new Map(supported.map((type) => [type.number, type]));
const byName: ReadonlyMap<ElementTypeName, ElementType> = new Map(supported.map((type) => [type.name, type]));

/** The type of a number in a file, unless it is one that we do not read. */
export function elementTypeOf(number: number): ElementType | undefined {
  return byNumber.get(number);
}

export function elementType(name: ElementTypeName): ElementType {
  return byName.get(name) as ElementType;
}

/** What a type is called that we may not read. */
export function elementTypeName(number: number): string {
  return byNumber.get(number)?.name ?? unsupported.get(number) ?? `type ${number}`;
}

/** For messages. */
export const elementTypeNames: string = supported.map(({ name }) => name).join(', ');

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** @param bytes A whole number of elements; the answer may be a view of them. */
export function elementsOfBytes(bytes: Uint8Array, type: ElementType): Elements {
  const count = bytes.length / type.bytes;
  if (type.view && hostIsLittleEndian) {
    const isAligned = bytes.byteOffset % type.bytes === 0;
    const whole = isAligned ? bytes : new Uint8Array(bytes);
    return type.view(whole.buffer, whole.byteOffset, count);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return filled(type, count, (i) => type.read(view, i * type.bytes));
}

/** @param numbers Of the type's field. */
export function elementsOfField(numbers: NonNullable<TensorProto[ElementType['field']]>, type: ElementType): Elements {
  const elements = type.make(0);
  // The field is of the same type as the elements, or holds smaller ones.
  if (elements.constructor === numbers.constructor) return numbers;
  return filled(type, numbers.length, (i) => {
    const number = numbers[i] as number | bigint;
    if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) return number;
    return type.ofField ? type.ofField(Number(number)) : Number(number);
  });
}

function filled(type: ElementType, count: number, element: (i: number) => number | bigint): Elements {
  const elements = type.make(count);
  for (let i = 0; i < count; i++) (elements as Float64Array)[i] = element(i) as number;
  return elements;
}
