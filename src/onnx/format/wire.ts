// The wire format of protobuf (https://protobuf.dev/programming-guides/encoding/): a tag (number of the field, and how
// its value lies in the file), the value, and so on to the end of the message.

/** How a value lies in the file. */
export const wireTypes = { varint: 0, fixed64: 1, length: 2, groupBegin: 3, groupEnd: 4, fixed32: 5 } as const;

/** What is wrong at a byte; who reads knows the file and the message. */
export class WireFault extends Error {
  override name = 'WireFault';
  readonly fault: 'truncated' | 'malformed';
  readonly at: number;
  constructor(fault: WireFault['fault'], at: number, why: string) {
    super(why);
    this.fault = fault;
    this.at = at;
  }
}

/** A place in the bytes of a file. Reads nothing beyond the end of the message that it is told. */
export class WireReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;
  /** Of the varint read last: bits 0 to 31, and 32 to 63. */
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads one to ten bytes into `low` and `high`. */
  varint(end: number): void {
    const { bytes } = this;
    const from = this.at;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= end) this.#missing(from, end, 1);
      const byte = bytes[this.at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw new WireFault('malformed', from, 'a number has more than ten bytes');
  }

  int32(end: number): number {
    this.varint(end);
    return this.low | 0;
  }

  int64(end: number): bigint {
    this.varint(end);
    return this.high === 0 ? BigInt(this.low) : (BigInt(this.high | 0) << 32n) | BigInt(this.low);
  }

  uint64(end: number): bigint {
    this.varint(end);
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  float(end: number): number {
    return this.#view.getFloat32(this.#take(4, end), true);
  }

  double(end: number): number {
    return this.#view.getFloat64(this.#take(8, end), true);
  }

  /** The end of what follows, whose length is read: it lies inside the message that ends at `end`. */
  lengthDelimited(end: number): number {
    const from = this.at;
    this.varint(end);
    const length = this.low + this.high * 2 ** 32;
    if (length > end - this.at) this.#missing(from, end, length);
    return this.at + length;
  }

  /** Passes over the value of an unknown field. */
  skip(number: number, wireType: number, end: number, depth: number): void {
    if (wireType === wireTypes.varint) this.varint(end);
    else if (wireType === wireTypes.fixed64) this.#take(8, end);
    else if (wireType === wireTypes.length) this.at = this.lengthDelimited(end);
    else if (wireType === wireTypes.fixed32) this.#take(4, end);
    else if (wireType === wireTypes.groupBegin && depth > 0) this.#skipGroup(number, end, depth - 1);
    else throw new WireFault('malformed', this.at, wireType === wireTypes.groupBegin ? 'groups lie too deep in one another' : `a field ${number} of wire type ${wireType}`);
  }

  #skipGroup(number: number, end: number, depth: number): void {
    for (;;) {
      const { at } = this;
      this.varint(end);
      const inner = this.low >>> 3;
      if ((this.low & 7) === wireTypes.groupEnd) {
        if (inner === number) return;
        throw new WireFault('malformed', at, `group ${number} ends as ${inner}`);
      }
      this.skip(inner, this.low & 7, end, depth);
    }
  }

  #take(count: number, end: number): number {
    const { at } = this;
    if (count > end - at) this.#missing(at, end, count);
    this.at = at + count;
    return at;
  }

  #missing(at: number, end: number, wanted: number): never {
    const left = end - this.at;
    if (end === this.bytes.length) throw new WireFault('truncated', at, `${wanted.toLocaleString('en')} more bytes are announced, ${left.toLocaleString('en')} are there`);
    throw new WireFault('malformed', at, `${wanted.toLocaleString('en')} bytes are announced where the message has ${left.toLocaleString('en')} left`);
  }
}
