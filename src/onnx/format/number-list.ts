// Lists of numbers of a message: packed, a length and then the numbers, or one by one with a tag each. A writer may mix
// both, and a reader takes both.

import type { NumberArray, NumberKind } from './field.ts';
import { wireTypes } from './wire.ts';
import type { WireReader } from './wire.ts';

export interface NumberCode {
  /** Of one number on its own. */
  readonly wireType: number;
  /** Bytes of a number; absent where it is a varint. */
  readonly bytes?: number;
  readonly make: (count: number) => NumberArray;
  /** Reads the next number into place `i` of an array that `make` made. */
  readonly read: (into: NumberArray, i: number, wire: WireReader, end: number) => void;
}

function code<A extends NumberArray>(wireType: number, make: (count: number) => A, next: (wire: WireReader, end: number) => A[number], bytes?: number): NumberCode {
  return {
    wireType,
    make,
    read: (into, i, wire, end) => {
      (into as A)[i] = next(wire, end);
    },
    ...(bytes !== undefined && { bytes }),
  };
}

export const numberCodes: Readonly<Record<NumberKind, NumberCode>> = {
  int32: code(wireTypes.varint, (count) => new Int32Array(count), (wire, end) => wire.int32(end)),
  int64: code(wireTypes.varint, (count) => new BigInt64Array(count), (wire, end) => wire.int64(end)),
  uint64: code(wireTypes.varint, (count) => new BigUint64Array(count), (wire, end) => wire.uint64(end)),
  float: code(wireTypes.fixed32, (count) => new Float32Array(count), (wire, end) => wire.float(end), 4),
  double: code(wireTypes.fixed64, (count) => new Float64Array(count), (wire, end) => wire.double(end), 8),
};

/** A list that grows while its message is read. */
export class NumberList {
  readonly #code: NumberCode;
  #array: NumberArray;
  #length: number;

  /** @param begun What an earlier part of the same message has brought. */
  constructor(code: NumberCode, begun?: NumberArray) {
    this.#code = code;
    this.#array = begun ?? code.make(0);
    this.#length = this.#array.length;
  }

  get length(): number {
    return this.#length;
  }

  /** Reads `count` numbers more. */
  read(count: number, wire: WireReader, end: number): void {
    const wanted = this.#length + count;
    if (wanted > this.#array.length) {
      // Exact for one packed list, doubled for numbers that come one by one.
      const larger = this.#code.make(this.#length === 0 && count > 1 ? count : Math.max(wanted, 2 * this.#length, 4));
      (larger as Float64Array).set(this.#array as Float64Array);
      this.#array = larger;
    }
    while (this.#length < wanted) this.#code.read(this.#array, this.#length++, wire, end);
  }

  end(): NumberArray {
    return this.#length === this.#array.length ? this.#array : this.#array.slice(0, this.#length);
  }
}

/** Numbers between two places: of varints as many as bytes that end one. */
export function countPacked({ bytes }: NumberCode, file: Uint8Array, from: number, to: number): number {
  if (bytes !== undefined) return Math.ceil((to - from) / bytes);
  let count = 0;
  for (let at = from; at < to; at++) if ((file[at] as number) < 0x80) count++;
  // A number that does not end: reading it finds the fault.
  return to > from && (file[to - 1] as number) >= 0x80 ? count + 1 : count;
}
