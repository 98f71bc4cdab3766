// Bytes appended to a growing buffer, with the LEB128 integers of the WebAssembly binary format
// (WebAssembly Core Specification 2.0, section 5.2).

import { invariant } from '../../../base/invariant.ts';

export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  /** Unsigned LEB128 of an integer in [0, 2^32). */
  unsigned(value: number): void {
    invariant(Number.isInteger(value) && value >= 0 && value < 2 ** 32, () => `${value} is no u32`);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Signed LEB128 of 32 bits, which may be written as an integer in [-2^31, 2^32). */
  signed(value: number): void {
    invariant(Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32, () => `${value} is no i32`);
    let rest = value | 0;
    // Bit 6 of the last byte is the sign, so that 64 takes two bytes and -64 one.
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** Four bytes, little-endian; `value` is rounded to single precision. */
  float32(value: number): void {
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  /** UTF-8, preceded by its length in bytes. */
  name(text: string): void {
    this.sized(new TextEncoder().encode(text));
  }

  /** Bytes preceded by their count. */
  sized(values: Uint8Array): void {
    this.unsigned(values.length);
    this.bytes(values);
  }

  /** What was written: a view, valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.view());
    this.#bytes = grown;
  }
}
