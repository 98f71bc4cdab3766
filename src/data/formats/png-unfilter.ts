// Undoes the row filters of PNG: each row begins with a filter byte and holds differences to the pixel to
// the left, above, or both.

import { fail } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../diagnostics.ts';

/** `rows`: `height` times a filter byte and `rowBytes` bytes. Result: `height` times `rowBytes` bytes. */
export function unfilter(file: string, rows: Uint8Array, height: number, rowBytes: number, pixelBytes: number): Uint8Array {
  const out = new Uint8Array(height * rowBytes);
  for (let y = 0; y < height; y++) {
    const from = y * (rowBytes + 1);
    const to = y * rowBytes;
    const filter = rows[from] ?? 0;
    if (filter > 4) fail(dataDiagnostics.corrupt({ args: [file, `row filter ${filter}`, '0 to 4'] }));
    for (let i = 0; i < rowBytes; i++) {
      const left = i >= pixelBytes ? (out[to + i - pixelBytes] ?? 0) : 0;
      const above = y > 0 ? (out[to + i - rowBytes] ?? 0) : 0;
      const aboveLeft = y > 0 && i >= pixelBytes ? (out[to + i - rowBytes - pixelBytes] ?? 0) : 0;
      out[to + i] = (rows[from + 1 + i] ?? 0) + predicted(filter, left, above, aboveLeft);
    }
  }
  return out;
}

function predicted(filter: number, left: number, above: number, aboveLeft: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  return paeth(left, above, aboveLeft);
}

/** The neighbour nearest to `left + above - aboveLeft`; ties go left, then above. */
function paeth(left: number, above: number, aboveLeft: number): number {
  const guess = left + above - aboveLeft;
  const toLeft = Math.abs(guess - left);
  const toAbove = Math.abs(guess - above);
  const toAboveLeft = Math.abs(guess - aboveLeft);
  if (toLeft <= toAbove && toLeft <= toAboveLeft) return left;
  return toAbove <= toAboveLeft ? above : aboveLeft;
}
