// A PNG reader (W3C PNG specification, third edition): all colour types and depths, interlaced or not. Inflating is
// passed in, so that this file runs anywhere.

import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../diagnostics.ts';
import type { DecodedImage } from './image.ts';
import { pngChunks } from './png-chunks.ts';
import { decodePngHeader, storedChannels } from './png-header.ts';
import { pngPasses } from './png-passes.ts';
import { fillPixels } from './png-pixels.ts';
import { unfilter } from './png-unfilter.ts';

/**
 * Inflates zlib data of at most `maxBytes` unpacked; undefined where it is damaged or longer.
 */
export type Inflate = (packed: Uint8Array, maxBytes: number) => Uint8Array | undefined;

/** Fails with `data/*` diagnostics naming `file`. */
export function decodePng(file: string, bytes: Uint8Array, inflate: Inflate): DecodedImage {
  const header = decodePngHeader(file, bytes);
  const { width, height, channels, depth, kind, interlaced } = header;
  const { packed, ...colours } = pngChunks(file, bytes);
  const bits = storedChannels[kind] * depth;
  // Each pass is filtered as if it were an image of its own.
  const passes = pngPasses(width, height, interlaced).map((pass) => ({ pass, rowBytes: Math.ceil((pass.width * bits) / 8) }));
  const expected = passes.reduce((sum, { pass, rowBytes }) => sum + pass.height * (1 + rowBytes), 0);
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
  const pixels = new Uint8Array(channels * width * height);
  let [at, blended] = [0, false];
  for (const { pass, rowBytes } of passes) {
    const values = unfilter(file, rows.subarray(at), pass.height, rowBytes, Math.max(1, bits / 8));
    if (fillPixels(file, header, colours, pass, { values, rowBytes }, pixels)) blended = true;
    at += pass.height * (1 + rowBytes);
  }
  return { width, height, channels, pixels, blended, rounded: depth === 16, turned: false };
}
