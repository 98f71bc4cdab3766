// Messages to bytes, by their tables: fields in the order of their numbers, so the same message is the same bytes.

import { invariant } from '../../base/invariant.ts';
import type { AnyField, AnyMessage, AnyTable, NumberArray, ScalarKind, Table } from './field.ts';
import { numberCodes } from './number-list.ts';
import { wireTypes } from './wire.ts';

/** In pieces to be written one after the other. Byte strings are pieces as they are given: none may change until all are written. */
export function encodeMessage<M>(message: M, table: Table<M>): readonly Uint8Array[] {
  const out = new Pieces();
  writeMessage(message as AnyMessage, table, out);
  return out.end();
}

/** Pieces in one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Longer byte strings are not copied. */
const worthCopying = 1024;

/** Bytes that are written one after the other, or taken over as they are. */
class Pieces {
  readonly #done: Uint8Array[] = [];
  #open = new Uint8Array(256);
  #length = 0;
  /** Of all. */
  length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#open[this.#length++] = value;
    this.length++;
  }

  varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  bytes(value: Uint8Array): void {
    if (value.length > worthCopying) {
      this.#close();
      this.#done.push(value);
    } else {
      this.#reserve(value.length);
      this.#open.set(value, this.#length);
      this.#length += value.length;
    }
    this.length += value.length;
  }

  append(other: Pieces): void {
    for (const piece of other.end()) this.bytes(piece);
  }

  end(): readonly Uint8Array[] {
    this.#close();
    return this.#done;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#open.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#open.length, this.#length + count));
    larger.set(this.#open);
    this.#open = larger;
  }

  #close(): void {
    if (this.#length === 0) return;
    this.#done.push(this.#open.slice(0, this.#length));
    this.#length = 0;
  }
}

function writeMessage(message: AnyMessage, table: AnyTable, out: Pieces): void {
  const fields = Object.entries(table).toSorted(([, a], [, b]) => a.number - b.number);
  for (const [key, field] of fields) if (message[key] !== undefined) writeField(message[key], field, out);
}

function writeField(value: unknown, field: AnyField, out: Pieces): void {
  const { number } = field;
  switch (field.holds) {
    case 'scalar':
      writeScalar(value, number, field.scalar, out);
      return;
    case 'scalars':
      for (const each of value as readonly unknown[]) writeScalar(each, number, field.scalar, out);
      return;
    case 'numbers':
      writeNumbers(value as NumberArray, field, out);
      return;
    case 'message':
      writeInner(value as AnyMessage, number, field.table(), out);
      return;
    case 'messages':
      for (const each of value as readonly AnyMessage[]) writeInner(each, number, field.table(), out);
      return;
  }
}

function writeTag(number: number, wireType: number, out: Pieces): void {
  out.varint(BigInt(number * 8 + wireType));
}

function writeInner(message: AnyMessage, number: number, table: AnyTable, out: Pieces): void {
  const inner = new Pieces();
  writeMessage(message, table, inner);
  writeTag(number, wireTypes.length, out);
  out.varint(BigInt(inner.length));
  out.append(inner);
}

const utf8 = new TextEncoder();

function writeScalar(value: unknown, number: number, kind: ScalarKind, out: Pieces): void {
  if (kind === 'int32' || kind === 'int64') {
    writeTag(number, wireTypes.varint, out);
    out.varint(BigInt(value as number | bigint));
  } else if (kind === 'float') {
    writeTag(number, wireTypes.fixed32, out);
    out.bytes(littleEndian(Float32Array.of(value as number)));
  } else {
    const bytes = kind === 'bytes' ? (value as Uint8Array) : utf8.encode(value as string);
    writeTag(number, wireTypes.length, out);
    out.varint(BigInt(bytes.length));
    out.bytes(bytes);
  }
}

function writeNumbers(list: NumberArray, field: Extract<AnyField, { holds: 'numbers' }>, out: Pieces): void {
  const code = numberCodes[field.element];
  invariant(list.constructor === code.make(0).constructor, () => `a list of ${field.element} in ${list.constructor.name}`);
  if (!field.packed) {
    for (let i = 0; i < list.length; i++) {
      writeTag(field.number, code.wireType, out);
      writeNumber(list, i, out);
    }
    return;
  }
  if (list.length === 0) return;
  const inner = new Pieces();
  if (list instanceof Float32Array || list instanceof Float64Array) inner.bytes(littleEndian(list));
  else for (let i = 0; i < list.length; i++) writeNumber(list, i, inner);
  writeTag(field.number, wireTypes.length, out);
  out.varint(BigInt(inner.length));
  out.append(inner);
}

function writeNumber(list: NumberArray, i: number, out: Pieces): void {
  if (list instanceof Float32Array || list instanceof Float64Array) out.bytes(littleEndian(list.slice(i, i + 1)));
  else out.varint(BigInt(list[i] as number | bigint));
}

/** The bytes of numbers, as a copy. */
export function littleEndian(numbers: Float32Array | Float64Array): Uint8Array {
  const bytes = new Uint8Array(numbers.byteLength);
  const view = new DataView(bytes.buffer);
  if (numbers instanceof Float32Array) for (const [i, number] of numbers.entries()) view.setFloat32(4 * i, number, true);
  else for (const [i, number] of numbers.entries()) view.setFloat64(8 * i, number, true);
  return bytes;
}
