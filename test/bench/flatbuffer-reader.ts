// Reads FlatBuffers by the rules of the format, to test what writes them: https://flatbuffers.dev/internals.

import { invariant } from '../../src/base/invariant.ts';

export interface ReadTable {
  readonly byte: (field: number) => number | undefined;
  readonly int: (field: number) => number | undefined;
  readonly float: (field: number) => number | undefined;
  readonly text: (field: number) => string | undefined;
  readonly ints: (field: number) => readonly number[] | undefined;
  /** And where they lie in the file. */
  readonly bytes: (field: number) => { readonly at: number; readonly bytes: Uint8Array<ArrayBuffer> } | undefined;
  readonly table: (field: number) => ReadTable | undefined;
  readonly tables: (field: number) => readonly ReadTable[] | undefined;
}

export function readFlatbuffer(file: Uint8Array): { readonly root: ReadTable; readonly identifier: string } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const uint32 = (at: number): number => {
    invariant(at % 4 === 0, () => `a number at ${at} is not aligned`);
    return view.getUint32(at, true);
  };
  const target = (at: number): number => at + uint32(at);
  const letters = (at: number, length: number): string => new TextDecoder().decode(file.subarray(at, at + length));

  const table = (at: number): ReadTable => {
    const vtable = at - view.getInt32(at, true);
    const [vtableSize, size] = [view.getUint16(vtable, true), view.getUint16(vtable + 2, true)];
    const at4 = <T>(read: (place: number) => T) => (field: number): T | undefined => {
      const slot = 4 + 2 * field;
      const offset = slot < vtableSize ? view.getUint16(vtable + slot, true) : 0;
      invariant(offset < size, () => `field ${field} is outside its table`);
      return offset === 0 ? undefined : read(at + offset);
    };
    const vector = <T>(read: (first: number, count: number) => T) => at4((place) => read(target(place) + 4, uint32(target(place))));
    const each = <T>(count: number, read: (index: number) => T): readonly T[] => Array.from({ length: count }, (_, index) => read(index));
    return {
      byte: at4((place) => view.getInt8(place)),
      int: at4((place) => uint32(place) | 0),
      float: at4((place) => view.getFloat32(place, true)),
      text: vector((first, count) => {
        invariant(file[first + count] === 0, 'a text ends in a zero');
        return letters(first, count);
      }),
      ints: vector((first, count) => each(count, (index) => uint32(first + 4 * index) | 0)),
      bytes: vector((first, count) => ({ at: first, bytes: Uint8Array.from(file.subarray(first, first + count)) })),
      table: at4((place) => table(target(place))),
      tables: vector((first, count) => each(count, (index) => table(target(first + 4 * index)))),
    };
  };
  return { root: table(target(0)), identifier: letters(4, 4) };
}
