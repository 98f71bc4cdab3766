// Scales images: bilinear, with the filter as wide as a pixel of the result where that is larger, so that every pixel of
// the image counts and fine patterns do not alias. Columns and rows are scaled each on their own, the whole image to the
// whole result. Sums are of doubles in a fixed order, so the bytes are the same everywhere.
//
//   3 pixels -> 6:  a  (3a + b) / 4 ...        6 pixels -> 3:  triangles of 4 pixels, weights 1 3 3 1

interface Size {
  readonly height: number;
  readonly width: number;
}

/** What a pixel of the result is made of: pixels from `first` on, each with its share. */
interface Mixture {
  readonly first: number;
  /** They add up to 1. */
  readonly shares: Float64Array;
}

/**
 * Bytes as they are, without gamma; rounded once, at the end.
 * @param pixels `[channels, from.height, from.width]`
 * @returns `[channels, to.height, to.width]`
 */
export function resize(pixels: Uint8Array, channels: number, from: Size, to: Size): Uint8Array {
  if (from.height === to.height && from.width === to.width) return pixels;
  const [columns, rows] = [mixtures(from.width, to.width), mixtures(from.height, to.height)];
  const narrow = new Float64Array(from.height * to.width);
  const result = new Uint8Array(channels * to.height * to.width);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < from.height; y++) {
      for (let x = 0; x < to.width; x++) narrow[y * to.width + x] = mixed(columns[x] as Mixture, pixels, (c * from.height + y) * from.width, 1);
    }
    for (let y = 0; y < to.height; y++) {
      for (let x = 0; x < to.width; x++) result[(c * to.height + y) * to.width + x] = Math.round(mixed(rows[y] as Mixture, narrow, x, to.width));
    }
  }
  return result;
}

/** Of the pixels of a line that begins at `start` and goes on in steps of `stride`. */
function mixed({ first, shares }: Mixture, values: Uint8Array | Float64Array, start: number, stride: number): number {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) sum += (shares[i] as number) * (values[start + (first + i) * stride] as number);
  return sum;
}

/** For each pixel of a line of `to` pixels over a line of `from`. What would lie outside counts for nothing. */
function mixtures(from: number, to: number): readonly Mixture[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(from - 1, Math.floor(centre + reach));
    const weights = Float64Array.from({ length: last - first + 1 }, (__, j) => Math.max(0, 1 - Math.abs(first + j - centre) / reach));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, shares: weights.map((weight) => weight / total) };
  });
}
