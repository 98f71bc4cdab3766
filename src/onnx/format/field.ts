// How a message of protobuf is described: a table with an entry a field, from which it is read and written. The table
// of a message is held to its interface (`Table<M>`): a field that is missing, or holds something else, does not compile.

/** Of a field that is there once. `text` is a string as `string` is, of which more may come; 64-bit numbers are bigints. */
export type ScalarKind = 'string' | 'text' | 'bytes' | 'int32' | 'int64' | 'float';
/** Of lists of numbers, which are typed arrays. */
export type NumberKind = 'int32' | 'int64' | 'uint64' | 'float' | 'double';

export type NumberArray = Int32Array | BigInt64Array | BigUint64Array | Float32Array | Float64Array;

export type AnyField = {
  readonly number: number;
  /** Fields of the same `oneof`: of those the last one counts. */
  readonly excludes?: readonly string[];
} & (
  | { readonly holds: 'scalar'; readonly scalar: ScalarKind }
  | { readonly holds: 'scalars'; readonly scalar: 'string' | 'bytes' }
  | { readonly holds: 'numbers'; readonly element: NumberKind; /** As it is written; both ways are read. */ readonly packed: boolean }
  | { readonly holds: 'message' | 'messages'; readonly table: () => AnyTable; /** How many of them a file may hold. */ readonly most?: number }
);

declare const carried: unique symbol;
/** A field whose value is a `T`. */
export type Field<T> = AnyField & { readonly [carried]?: (value: T) => T };
export type Table<M> = { readonly [K in keyof M]-?: Field<Exclude<M[K], undefined>> };
export type AnyTable = Readonly<Record<string, AnyField>>;
/** A message as it is read and written: only what is there has a key. */
export type AnyMessage = Record<string, unknown>;

const scalar = (number: number, scalar: ScalarKind, excludes?: readonly string[]): AnyField => ({ number, holds: 'scalar', scalar, ...(excludes && { excludes }) });

/** A name: at most `caps.name` bytes. */
export const string = (number: number, excludes?: readonly string[]): Field<string> => scalar(number, 'string', excludes);
export const text = (number: number): Field<string> => scalar(number, 'text');
export const bytes = (number: number): Field<Uint8Array> => scalar(number, 'bytes');
export const int32 = (number: number): Field<number> => scalar(number, 'int32');
export const int64 = (number: number, excludes?: readonly string[]): Field<bigint> => scalar(number, 'int64', excludes);
export const float = (number: number): Field<number> => scalar(number, 'float');
export const strings = (number: number): Field<readonly string[]> => ({ number, holds: 'scalars', scalar: 'string' });
export const byteStrings = (number: number): Field<readonly Uint8Array[]> => ({ number, holds: 'scalars', scalar: 'bytes' });

const numbers = (number: number, element: NumberKind, packed: boolean): AnyField => ({ number, holds: 'numbers', element, packed });
export const int32s = (number: number): Field<Int32Array> => numbers(number, 'int32', true);
export const int64s = (number: number, packed: boolean): Field<BigInt64Array> => numbers(number, 'int64', packed);
export const uint64s = (number: number): Field<BigUint64Array> => numbers(number, 'uint64', true);
export const floats = (number: number, packed: boolean): Field<Float32Array> => numbers(number, 'float', packed);
export const doubles = (number: number): Field<Float64Array> => numbers(number, 'double', true);

/** @param table Late, as messages hold one another. */
export function message<M>(number: number, table: () => Table<M>, excludes?: readonly string[]): Field<M> {
  return { number, holds: 'message', table, ...(excludes && { excludes }) };
}
export function messages<M>(number: number, table: () => Table<M>, most?: number): Field<readonly M[]> {
  return { number, holds: 'messages', table, ...(most !== undefined && { most }) };
}
