// The header of a PNG file (W3C PNG specification, third edition).

import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../diagnostics.ts';
import { hexOf } from './hex.ts';
import { checkImageSize } from './image.ts';
import type { ImageHeader } from './image.ts';

/** The five colour types of the format. */
export type ColourKind = 'gray' | 'rgb' | 'palette' | 'gray-alpha' | 'rgb-alpha';

export interface PngHeader extends ImageHeader {
  /** Bits a channel. */
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly kind: ColourKind;
  /** In the seven passes of Adam7. */
  readonly interlaced: boolean;
}

const kinds = new Map<number, ColourKind>([
  [0, 'gray'],
  [2, 'rgb'],
  [3, 'palette'],
  [4, 'gray-alpha'],
  [6, 'rgb-alpha'],
]);

const depths: Readonly<Record<ColourKind, readonly PngHeader['depth'][]>> = {
  gray: [1, 2, 4, 8, 16],
  rgb: [8, 16],
  palette: [1, 2, 4, 8],
  'gray-alpha': [8, 16],
  'rgb-alpha': [8, 16],
};

/** Channels in the file, alpha included. */
export const storedChannels: Readonly<Record<ColourKind, number>> = {
  gray: 1,
  rgb: 3,
  palette: 1,
  'gray-alpha': 2,
  'rgb-alpha': 4,
};

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Bytes at the start of a file that {@link decodePngHeader} needs. */
export const pngHeaderBytes = 33;

export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/** Reads the first {@link pngHeaderBytes} bytes. Fails with `data/*` diagnostics naming `file`. */
export function decodePngHeader(file: string, bytes: Uint8Array): PngHeader {
  if (!isPng(bytes)) {
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
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  checkImageSize(file, { height, width });
  const [bits = 0, colour = 0, compression, filter, interlace = 0] = bytes.subarray(24, 29);
  const kind = kinds.get(colour);
  if (!kind || compression !== 0 || filter !== 0 || interlace > 1) {
    fail(
      dataDiagnostics.corrupt({
        args: [file, `colour type ${colour}, compression ${compression}, filter ${filter}, interlace ${interlace}`, 'colour type 0, 2, 3, 4 or 6, compression 0, filter 0, interlace 0 or 1'],
      }),
    );
  }
  const depth = depths[kind].find((each) => each === bits);
  if (depth === undefined) fail(dataDiagnostics.corrupt({ args: [file, `${bits} bits a channel`, depths[kind].join(', ')] }));
  return { width, height, channels: kind === 'gray' || kind === 'gray-alpha' ? 1 : 3, depth, kind, interlaced: interlace === 1 };
}
