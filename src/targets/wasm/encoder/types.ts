// Types of the WebAssembly binary format (WebAssembly Core Specification 2.0, section 5.3).

import type { ByteWriter } from './byte-writer.ts';

export type ValueType = 'i32' | 'f32' | 'v128';

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface MemoryType {
  /** Pages of 64 KiB. */
  readonly initial: number;
  /** Pages of 64 KiB; a shared memory must have it. */
  readonly maximum?: number;
  readonly shared?: boolean;
}

export const valueTypeCode: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

export function writeValueTypes(out: ByteWriter, types: readonly ValueType[]): void {
  out.unsigned(types.length);
  for (const type of types) out.byte(valueTypeCode[type]);
}

export function writeMemoryType(out: ByteWriter, type: MemoryType): void {
  out.byte((type.maximum === undefined ? 0 : 1) | (type.shared ? 2 : 0));
  out.unsigned(type.initial);
  if (type.maximum !== undefined) out.unsigned(type.maximum);
}
