// As much of FlatBuffers as a model of TensorFlow Lite needs, written front to back: a table, then what it refers to, so
// that every reference points forward, as the format asks. Numbers are little-endian and aligned to their size from the
// start of the file.

/** A value of a table by the number of its field; what is left out has the schema's default. */
export type Table = Readonly<Record<number, Value>>;

/** The part of a union that says which table it is, a field of its own before the table, is a byte. */
export type Value =
  | { readonly byte: number }
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  /** Aligned to 16 bytes, as the schema asks of weights. */
  | { readonly bytes: Uint8Array }
  | { readonly table: Table }
  | { readonly tables: readonly Table[] };

/** @param identifier Four letters that tell files of a schema. */
export function writeFlatbuffer(root: Table, identifier: string): Uint8Array {
  const writer = new Writer();
  const head = writer.piece(8, 4);
  head.view.setUint32(0, writer.table(root), true);
  for (const [i, letter] of new TextEncoder().encode(identifier).entries()) head.view.setUint8(4 + i, letter);
  return writer.bytes();
}

interface Piece {
  /** From the start of the file. */
  readonly at: number;
  readonly view: DataView;
}

/** Pieces that follow each other: megabytes of weights are copied once, at the end. */
class Writer {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  bytes(): Uint8Array {
    const file = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      file.set(piece, at);
      at += piece.length;
    }
    return file;
  }

  /** `size` zeros, whose byte `aligned` lies at a multiple of `alignment`. */
  piece(size: number, alignment: number, aligned = 0): Piece {
    const gap = (alignment - ((this.#length + aligned) % alignment)) % alignment;
    this.#add(new Uint8Array(gap));
    const at = this.#length;
    const bytes = new Uint8Array(size);
    this.#add(bytes);
    return { at, view: new DataView(bytes.buffer) };
  }

  #add(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** Where the table lies; before it, at a distance that its first number says, where its fields lie in it. */
  table(fields: Table): number {
    const values = Object.entries(fields).map(([number, value]) => ({ number: Number(number), value }));
    const isByte = (value: Value): boolean => 'byte' in value;
    const placed = [...values.filter(({ value }) => !isByte(value)), ...values.filter(({ value }) => isByte(value))];
    const bytes = placed.filter(({ value }) => isByte(value)).length;
    const size = 4 + 4 * (placed.length - bytes) + bytes;
    const slots = Math.max(0, ...values.map(({ number }) => number + 1));
    const vtable = this.piece(4 + 2 * slots, 2);
    const table = this.piece(size, 4);
    vtable.view.setUint16(0, 4 + 2 * slots, true);
    vtable.view.setUint16(2, size, true);
    table.view.setInt32(0, table.at - vtable.at, true);
    let at = 4;
    for (const { number, value } of placed) {
      vtable.view.setUint16(4 + 2 * number, at, true);
      if ('byte' in value) table.view.setInt8(at, value.byte);
      else if ('int' in value) table.view.setInt32(at, value.int, true);
      else if ('float' in value) table.view.setFloat32(at, value.float, true);
      else table.view.setUint32(at, this.#target(value) - table.at - at, true);
      at += isByte(value) ? 1 : 4;
    }
    return table.at;
  }

  /** Writes what a field refers to. */
  #target(value: Exclude<Value, { readonly byte: number } | { readonly int: number } | { readonly float: number }>): number {
    if ('table' in value) return this.table(value.table);
    if ('text' in value) {
      const letters = new TextEncoder().encode(value.text);
      return this.#vector(letters.length, letters.length + 1, 4, (view) => letters.forEach((letter, i) => view.setUint8(4 + i, letter)));
    }
    if ('ints' in value) return this.#vector(value.ints.length, 4 * value.ints.length, 4, (view) => value.ints.forEach((int, i) => view.setInt32(4 + 4 * i, int, true)));
    if ('bytes' in value) {
      const at = this.#vector(value.bytes.length, 0, 16);
      this.#add(value.bytes);
      return at;
    }
    const { tables } = value;
    const vector = this.piece(4 + 4 * tables.length, 4);
    vector.view.setUint32(0, tables.length, true);
    for (const [i, table] of tables.entries()) vector.view.setUint32(4 + 4 * i, this.table(table) - vector.at - 4 - 4 * i, true);
    return vector.at;
  }

  /** A count, and behind it `size` bytes at a multiple of `alignment`. */
  #vector(count: number, size: number, alignment: number, fill: (view: DataView) => void = () => {}): number {
    const { at, view } = this.piece(4 + size, alignment, 4);
    view.setUint32(0, count, true);
    fill(view);
    return at;
  }
}
