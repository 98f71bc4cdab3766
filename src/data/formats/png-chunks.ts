// Walks the chunks of a PNG file: length, name, contents, CRC.

import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../diagnostics.ts';

export interface PngChunks {
  /** The IDAT chunks joined. */
  readonly packed: Uint8Array;
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
}

/** Fails where a chunk is cut off, its CRC is wrong, or a critical one is unknown. */
export function pngChunks(file: string, bytes: Uint8Array): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  for (let at = 8; ; ) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : 0;
    const end = at + 12 + length;
    if (end > bytes.length) {
      fail(dataDiagnostics.length({ args: [file, bytes.length, end], help: 'fetch the file again' }));
    }
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const contents = bytes.subarray(at + 8, at + 8 + length);
    const found = crc32(bytes.subarray(at + 4, at + 8 + length));
    const expected = view.getUint32(end - 4);
    if (found !== expected) {
      const hex = (value: number): string => value.toString(16).padStart(8, '0');
      fail(
        dataDiagnostics.corrupt({
          args: [file, `CRC ${hex(found)} of chunk ${JSON.stringify(name)}`, hex(expected)],
          help: 'fetch the file again',
        }),
      );
    }
    if (name === 'IDAT') parts.push(contents);
    else if (name === 'PLTE') palette = contents;
    else if (name === 'tRNS') transparency = contents;
    else if (name === 'IEND') return { packed: joined(parts), palette, transparency };
    else if (name !== 'IHDR' && /^[A-Z]/.test(name)) {
      // An upper-case first letter says that the image cannot be understood without this chunk.
      fail(dataDiagnostics.unsupported({ args: [file, `chunk ${name}`, 'IHDR, PLTE, tRNS, IDAT and IEND'] }));
    }
    at = end;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let word = byte;
  for (let bit = 0; bit < 8; bit++) word = word & 1 ? 0xedb88320 ^ (word >>> 1) : word >>> 1;
  return word;
});

/** CRC-32 as in zip and PNG, unsigned. */
export function crc32(bytes: Uint8Array): number {
  let word = -1;
  for (const byte of bytes) word = (crcTable[(word ^ byte) & 255] ?? 0) ^ (word >>> 8);
  return ~word >>> 0;
}
