// A picture of a few pixels as a data URL: the uncompressed Windows bitmap, which every browser reads.

import { encodeBase64 } from '../../emit/base64.ts';

const headerBytes = 54;

/** @param colors [row, column, channel] row-major, red, green, blue from 0 to 255. */
export function bitmapUrl(rows: number, columns: number, colors: ArrayLike<number>): string {
  const stride = 4 * Math.ceil((3 * columns) / 4);
  const bytes = new Uint8Array(headerBytes + rows * stride);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x424d);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, headerBytes, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, columns, true);
  // Below zero: from the top down.
  view.setInt32(22, -rows, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let channel = 0; channel < 3; channel++) bytes[headerBytes + row * stride + 3 * column + channel] = colors[3 * (row * columns + column) + 2 - channel] as number;
    }
  }
  return `data:image/bmp;base64,${encodeBase64(bytes)}`;
}
