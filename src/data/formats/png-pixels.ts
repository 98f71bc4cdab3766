// The pixels of a PNG image, 1 to 16 bits a channel, palettes and transparency, as bytes of grey or colour.

import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../diagnostics.ts';
import { storedChannels } from './png-header.ts';
import type { PngHeader } from './png-header.ts';
import type { PngPass } from './png-passes.ts';

export interface PngColours {
  /** RGB triples. */
  readonly palette: Uint8Array | undefined;
  /** The tRNS chunk: alpha a palette entry, or the one transparent colour as 16-bit values. */
  readonly transparency: Uint8Array | undefined;
}

export interface PackedRows {
  /** Unfiltered. */
  readonly values: Uint8Array;
  readonly rowBytes: number;
}

/**
 * Fills in the pixels of a pass, blending onto white what is not opaque; answers whether anything was not.
 * @param pixels `[channels, height, width]`
 * Fails with `data/corrupt`, naming `file`.
 */
export function fillPixels(file: string, header: PngHeader, colours: PngColours, pass: PngPass, rows: PackedRows, pixels: Uint8Array): boolean {
  const { width, height, channels, depth, kind } = header;
  const { palette, transparency } = colours;
  const { values, rowBytes } = rows;
  const stored = storedChannels[kind];
  const plane = width * height;
  const most = 2 ** depth - 1;
  const at = (y: number, index: number): number => {
    if (depth === 8) return values[y * rowBytes + index] ?? 0;
    if (depth === 16) return word(values, y * rowBytes + 2 * index);
    const bit = index * depth;
    return ((values[y * rowBytes + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & most;
  };
  let blended = false;
  /** `value` and `alpha` of 0 to 1. */
  const put = (pixel: number, c: number, value: number, alpha: number): void => {
    pixels[c * plane + pixel] = Math.round(255 * (value * alpha + 1 - alpha));
    if (alpha < 1) blended = true;
  };
  for (let y = 0; y < pass.height; y++) {
    for (let x = 0; x < pass.width; x++) {
      const pixel = (pass.y + y * pass.stepY) * width + pass.x + x * pass.stepX;
      if (kind === 'palette') {
        const entry = at(y, x);
        if (!palette || 3 * entry >= palette.length) noEntry(file, entry, palette);
        const alpha = (transparency?.[entry] ?? 255) / 255;
        for (let c = 0; c < 3; c++) put(pixel, c, (palette[3 * entry + c] ?? 0) / 255, alpha);
        continue;
      }
      const first = x * stored;
      let alpha = 1;
      if (stored === channels + 1) alpha = at(y, first + channels) / most;
      else if (transparency) {
        let clear = true;
        for (let c = 0; c < channels; c++) clear &&= word(transparency, 2 * c) === at(y, first + c);
        if (clear) alpha = 0;
      }
      for (let c = 0; c < channels; c++) put(pixel, c, at(y, first + c) / most, alpha);
    }
  }
  return blended;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function noEntry(file: string, entry: number, palette: Uint8Array | undefined): never {
  return fail(dataDiagnostics.corrupt({ args: palette ? [file, `palette entry ${entry}`, `at most ${palette.length / 3 - 1}`] : [file, 'no PLTE chunk', 'one, for a palette image'] }));
}
