// A small PNG reader (W3C PNG specification, third edition): non-interlaced images of 8-bit gray, RGB and
// their alpha forms, and gray and palette images of 1, 2, 4 and 8 bits. Transparency is blended onto
// white, as image viewers show it. Inflating is passed in, so that this file runs anywhere.

import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../diagnostics.ts';
import { hexOf } from './hex.ts';
import { pngChunks } from './png-chunks.ts';
import { unfilter } from './png-unfilter.ts';

/**
 * Inflates zlib data of at most `maxBytes` unpacked; undefined where it is damaged or longer.
 */
export type Inflate = (packed: Uint8Array, maxBytes: number) => Uint8Array | undefined;

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits a channel. */
  readonly depth: number;
  readonly kind: ColourKind;
}

/** The five colour types of the format. */
export type ColourKind = 'gray' | 'rgb' | 'palette' | 'gray-alpha' | 'rgb-alpha';

const kinds = new Map<number, ColourKind>([
  [0, 'gray'],
  [2, 'rgb'],
  [3, 'palette'],
  [4, 'gray-alpha'],
  [6, 'rgb-alpha'],
]);

const storedChannels: Readonly<Record<ColourKind, number>> = {
  gray: 1,
  rgb: 3,
  palette: 1,
  'gray-alpha': 2,
  'rgb-alpha': 4,
};

/** Bytes at the start of a file that {@link decodePngHeader} needs. */
export const pngHeaderBytes = 33;

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const maxExtent = 8192;

/** Channels of the decoded image: 1 for gray, 3 for colour. */
export function pngChannels(kind: ColourKind): 1 | 3 {
  return kind === 'gray' || kind === 'gray-alpha' ? 1 : 3;
}

/** Reads the first {@link pngHeaderBytes} bytes. Fails with `data/*` diagnostics naming `file`. */
export function decodePngHeader(file: string, bytes: Uint8Array): PngHeader {
  if (!signature.every((byte, i) => bytes[i] === byte)) {
    fail(
      dataDiagnostics['not-format']({
        args: [file, 'a PNG image', hexOf(bytes, 8)],
        help: 'convert the image to PNG; renaming it is not enough',
      }),
    );
  }
  if (bytes.length < pngHeaderBytes) {
    fail(dataDiagnostics.length({ args: [file, bytes.length, pngHeaderBytes], help: 'fetch the file again' }));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = String.fromCharCode(...bytes.subarray(12, 16));
  if (name !== 'IHDR' || view.getUint32(8) !== 13) {
    fail(dataDiagnostics.corrupt({ args: [file, `first chunk ${JSON.stringify(name)}`, 'IHDR of 13 bytes'] }));
  }
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const [depth = 0, colour = 0, compression, filter, interlace] = bytes.subarray(24, 29);
  if (width === 0 || height === 0) {
    fail(dataDiagnostics.corrupt({ args: [file, `${width} x ${height} pixels`, 'at least 1 x 1'] }));
  }
  if (width > maxExtent || height > maxExtent) {
    fail(
      dataDiagnostics['too-large']({
        args: [file, `${width} x ${height} pixels`, `${maxExtent} x ${maxExtent}`],
        help: "scale the images to the size of the network's input",
      }),
    );
  }
  const kind = kinds.get(colour);
  if (!kind || compression !== 0 || filter !== 0) {
    fail(
      dataDiagnostics.corrupt({
        args: [file, `colour type ${colour}, compression ${compression}, filter ${filter}`, 'colour type 0, 2, 3, 4 or 6, compression 0, filter 0'],
      }),
    );
  }
  const narrow = kind === 'gray' || kind === 'palette';
  if (depth !== 8 && !(narrow && (depth === 1 || depth === 2 || depth === 4))) {
    fail(
      dataDiagnostics.unsupported({
        args: [file, `${depth} bits a channel`, narrow ? '1, 2, 4 or 8' : '8'],
        help: 'save the image with 8 bits a channel',
      }),
    );
  }
  if (interlace !== 0) {
    fail(
      dataDiagnostics.unsupported({
        args: [file, 'interlaced rows', 'rows in order'],
        help: 'save the image without interlacing',
      }),
    );
  }
  return { width, height, depth, kind };
}

export interface PngImage {
  /** `[1, H, W]` for gray, `[3, H, W]` for colour and palettes. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** CHW. */
  readonly data: Uint8Array;
}

/** Fails with `data/*` diagnostics naming `file`. */
export function decodePng(file: string, bytes: Uint8Array, inflate: Inflate): PngImage {
  const header = decodePngHeader(file, bytes);
  const { width, height, depth, kind } = header;
  const { packed, palette, transparency } = pngChunks(file, bytes);
  const rowBytes = Math.ceil((width * storedChannels[kind] * depth) / 8);
  const expected = height * (1 + rowBytes);
  // Deflate packs at most 1032 to 1: a small file with a large header is refused before it takes memory.
  const rows = packed.length * 1032 < expected ? undefined : inflate(packed, expected);
  if (rows?.length !== expected) {
    fail(
      dataDiagnostics.corrupt({
        args: [file, rows ? `${rows.length} bytes of pixels` : 'pixels that do not unpack', `${expected} bytes`],
        help: 'save or fetch the image again',
      }),
    );
  }
  const pixelBytes = Math.max(1, (storedChannels[kind] * depth) / 8);
  const values = unfilter(file, rows, height, rowBytes, pixelBytes);
  return toPlanes(file, header, { values, rowBytes, palette, transparency });
}

interface Pixels {
  /** `height` rows of `rowBytes`, unfiltered. */
  readonly values: Uint8Array;
  readonly rowBytes: number;
  /** RGB triples. */
  readonly palette: Uint8Array | undefined;
  /** The tRNS chunk: alpha a palette entry, or the one transparent colour as 16-bit values. */
  readonly transparency: Uint8Array | undefined;
}

function toPlanes(file: string, header: PngHeader, pixels: Pixels): PngImage {
  const { width, height, depth, kind } = header;
  const { values, rowBytes, palette, transparency } = pixels;
  const channels = pngChannels(kind);
  const stored = storedChannels[kind];
  const plane = width * height;
  const data = new Uint8Array(channels * plane);
  const mask = 2 ** depth - 1;
  const at = (y: number, index: number): number => {
    if (depth === 8) return values[y * rowBytes + index] ?? 0;
    const bit = index * depth;
    return ((values[y * rowBytes + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & mask;
  };
  if (kind === 'palette' && !palette) {
    fail(dataDiagnostics.corrupt({ args: [file, 'no PLTE chunk', 'one, for a palette image'] }));
  }
  const keyed = (c: number, value: number): boolean => transparency?.[2 * c + 1] === value && transparency[2 * c] === 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      if (kind === 'palette' && palette) {
        const entry = at(y, x);
        if (3 * entry >= palette.length) {
          fail(dataDiagnostics.corrupt({ args: [file, `palette entry ${entry}`, `at most ${palette.length / 3 - 1}`] }));
        }
        const alpha = transparency?.[entry] ?? 255;
        for (let c = 0; c < 3; c++) data[c * plane + pixel] = onWhite(palette[3 * entry + c] ?? 0, alpha);
        continue;
      }
      const first = x * stored;
      let alpha = 255;
      if (stored === channels + 1) alpha = at(y, first + channels);
      else if (transparency) {
        let clear = true;
        for (let c = 0; c < channels; c++) clear &&= keyed(c, at(y, first + c));
        if (clear) alpha = 0;
      }
      for (let c = 0; c < channels; c++) data[c * plane + pixel] = onWhite((at(y, first + c) * 255) / mask, alpha);
    }
  }
  return { shape: [channels, height, width], data };
}

function onWhite(value: number, alpha: number): number {
  return Math.round(255 + ((value - 255) * alpha) / 255);
}
