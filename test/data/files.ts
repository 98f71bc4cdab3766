// Writers of the formats that the tests read back, from their specifications.

import { deflateSync } from 'node:zlib';
import { crc32 } from '../../src/data/formats/png-chunks.ts';

export function idxBytes(shape: readonly number[], data: ArrayLike<number>, type = 8): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, type, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [d, extent] of shape.entries()) view.setUint32(4 + 4 * d, extent);
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

export interface NpyOptions {
  readonly version?: 1 | 2 | 3;
  readonly fortran?: boolean;
}

export function npyBytes(descr: string, shape: readonly number[], data: Uint8Array, options: NpyOptions = {}): Uint8Array {
  const { version = 1, fortran = false } = options;
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${extents}), }`;
  const fixed = version === 1 ? 10 : 12;
  const header = `${text.padEnd(Math.ceil((fixed + text.length + 1) / 64) * 64 - fixed - 1)}\n`;
  const bytes = new Uint8Array(fixed + header.length + data.length);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), fixed);
  bytes.set(data, fixed + header.length);
  return bytes;
}

export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Packed rows without filter bytes. */
interface PngRows {
  readonly height: number;
  readonly rows: Uint8Array;
}

export interface PngOptions {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  /** Colour type of the format. */
  readonly colour: number;
  /** Of the whole image. */
  readonly rows?: Uint8Array;
  /** Instead, those of Adam7. */
  readonly passes?: readonly PngRows[];
  /** The filter of each row. */
  readonly filters?: readonly number[];
  readonly interlace?: number;
  /** Chunks between IHDR and IDAT. */
  readonly extra?: readonly (readonly [name: string, contents: Uint8Array])[];
}

export function pngBytes(options: PngOptions): Uint8Array {
  const { width, height, depth = 8, colour, rows = new Uint8Array(0), passes = [{ height, rows }], filters = [], interlace = options.passes ? 1 : 0, extra = [] } = options;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, colour, 0, 0, interlace], 8);
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour] ?? 1;
  const filtered = Buffer.concat(passes.map((pass) => filteredRows(pass, Math.max(1, (channels * depth) / 8), filters)));
  const chunks = [
    pngChunk('IHDR', header),
    ...extra.map(([name, contents]) => pngChunk(name, contents)),
    pngChunk('IDAT', deflateSync(filtered)),
    pngChunk('IEND', new Uint8Array(0)),
  ];
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...chunks.flatMap((chunk) => [...chunk])]);
}

function filteredRows({ height, rows }: PngRows, pixelBytes: number, filters: readonly number[]): Uint8Array {
  const rowBytes = rows.length / height;
  const filtered = new Uint8Array(height * (rowBytes + 1));
  for (let y = 0; y < height; y++) {
    const filter = filters[y] ?? 0;
    filtered[y * (rowBytes + 1)] = filter;
    for (let i = 0; i < rowBytes; i++) {
      const at = (dy: number, dx: number): number =>
        y - dy >= 0 && i - dx >= 0 ? (rows[(y - dy) * rowBytes + i - dx] ?? 0) : 0;
      const [left, above, corner] = [at(0, pixelBytes), at(1, 0), at(1, pixelBytes)];
      filtered[y * (rowBytes + 1) + 1 + i] = at(0, 0) - prediction(filter, left, above, corner);
    }
  }
  return filtered;
}

function prediction(filter: number, left: number, above: number, corner: number): number {
  const p = left + above - corner;
  const nearest = [left, above, corner].toSorted((a, b) => Math.abs(p - a) - Math.abs(p - b))[0] ?? 0;
  return [0, left, above, Math.floor((left + above) / 2), nearest][filter] ?? 0;
}

export function pngChunk(name: string, contents: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + contents.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, contents.length);
  chunk.set(new TextEncoder().encode(name), 4);
  chunk.set(contents, 8);
  view.setUint32(8 + contents.length, crc32(chunk.subarray(4, 8 + contents.length)));
  return chunk;
}

/** A batch of CIFAR-10: a byte of image i is `first(i)` plus its position in the image. */
export function cifarBytes(labelOf: (image: number) => number, first: (image: number) => number): Uint8Array {
  const bytes = new Uint8Array(10_000 * 3073);
  const ramp = Uint8Array.from({ length: 256 + 3072 }, (_, byte) => byte);
  for (let i = 0; i < 10_000; i++) {
    bytes[i * 3073] = labelOf(i);
    bytes.set(ramp.subarray(first(i) & 255).subarray(0, 3072), i * 3073 + 1);
  }
  return bytes;
}

export interface TarOptions {
  readonly name: string;
  readonly contents: Uint8Array;
  /** '0' for a file, '5' for a folder, '2' for a link. */
  readonly type?: string;
}

export function tarBytes(members: readonly TarOptions[]): Uint8Array {
  const blocks = members.flatMap(({ name, contents, type = '0' }) => {
    const header = Buffer.alloc(512);
    const put = (at: number, text: string): number => header.write(text, at, 'latin1');
    put(0, name);
    put(100, '0000644\0');
    put(124, `${contents.length.toString(8).padStart(11, '0')}\0`);
    put(148, ' '.repeat(8));
    put(156, type);
    put(257, 'ustar\x0000');
    put(148, `${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `);
    return [header, contents, new Uint8Array((512 - (contents.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, new Uint8Array(1024)]);
}
