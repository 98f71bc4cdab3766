// Types of numbers as files hold them, by NumPy's codes: a byte order, a kind, a number of bytes.

import { halfToNumber } from './half.ts';

export interface NumberType {
  readonly bytes: number;
  /** Of numbers of several bytes. */
  readonly littleEndian: boolean;
  /** The element at a byte offset; absent for the two types whose bytes need no conversion. */
  readonly read?: (view: DataView, at: number) => number;
}

type Read = (view: DataView, at: number, little: boolean) => number;

const word64 = (view: DataView, at: number, little: boolean, high: 'getInt32' | 'getUint32'): number =>
  view[high](little ? at + 4 : at, little) * 2 ** 32 + view.getUint32(little ? at : at + 4, little);

const reads: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['u1', (view, at) => view.getUint8(at)],
  ['b1', (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
  ['i1', (view, at) => view.getInt8(at)],
  ['i2', (view, at, little) => view.getInt16(at, little)],
  ['u2', (view, at, little) => view.getUint16(at, little)],
  ['i4', (view, at, little) => view.getInt32(at, little)],
  ['u4', (view, at, little) => view.getUint32(at, little)],
  ['i8', (view, at, little) => word64(view, at, little, 'getInt32')],
  ['u8', (view, at, little) => word64(view, at, little, 'getUint32')],
  ['f2', (view, at, little) => halfToNumber(view.getUint16(at, little))],
  ['f4', (view, at, little) => view.getFloat32(at, little)],
  ['f8', (view, at, little) => view.getFloat64(at, little)],
]);

/** For messages. */
export const typeNames: string = [...reads.keys()].join(', ');

/** `<i8`, `|u1`, `>f4`. The byte order of one byte means nothing, and some programs write one. */
export function numberType(code: string): NumberType | undefined {
  const [, order, name = ''] = /^([<>=|]?)(\w+)$/.exec(code) ?? [];
  const read = reads.get(name);
  if (!read) return undefined;
  const bytes = Number(name.slice(1));
  if (bytes > 1 && order === '|') return undefined;
  const littleEndian = order !== '>';
  if (name === 'u1' || (name === 'f4' && littleEndian)) return { bytes, littleEndian };
  return { bytes, littleEndian, read: (view, at) => read(view, at, littleEndian) };
}
