// JPEG images, baseline and progressive, by jpeg-js: integers and IEEE doubles, so that the pixels are the same bytes
// everywhere. Differences of colour that were stored at half the size are repeated, not interpolated.

import jpeg from 'jpeg-js';
import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../diagnostics.ts';
import type { DecodedImage } from './image.ts';
import { decodeJpegHeader } from './jpeg-header.ts';

/** For what an image of the largest size takes; sizes are judged before. */
const limits = { maxResolutionInMP: 34, maxMemoryUsageInMB: 1024 } as const;

/** Fails with `data/*` diagnostics naming `file`. */
export function decodeJpeg(file: string, bytes: Uint8Array): DecodedImage {
  const { height, width, channels, rgb, turned } = decodeJpegHeader(file, bytes);
  // Of grey, three times the same.
  const interleaved = decoded(file, bytes, rgb);
  const plane = height * width;
  const pixels = new Uint8Array(channels * plane);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) pixels[c * plane + i] = interleaved[3 * i + c] as number;
  }
  return { height, width, channels, pixels, blended: false, rounded: false, turned };
}

/** RGB triples. */
function decoded(file: string, bytes: Uint8Array, rgb: boolean): Uint8Array {
  try {
    return jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, ...(rgb && { colorTransform: false }), ...limits }).data;
  } catch (error) {
    return fail(dataDiagnostics.corrupt({ args: [file, `what does not decode (${error instanceof Error ? error.message : String(error)})`, 'a whole JPEG image'], help: 'save or fetch the image again' }));
  }
}
