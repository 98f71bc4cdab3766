import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inChannels } from '../../src/data/image-channels.ts';
import { resize } from '../../src/data/resize.ts';

test('lines of a few pixels', () => {
  const line = (pixels: readonly number[], to: number): readonly number[] => [...resize(Uint8Array.from(pixels), 1, { height: 1, width: pixels.length }, { height: 1, width: to })];
  // Pixels of the result lie at quarters of those of the image; beyond the first and the last there is nothing.
  expect(line([0, 100], 4)).toEqual([0, 25, 75, 100]);
  // Triangles of a whole width of 4 pixels: 1 3 3 1, at the ends cut to 3 3 1.
  expect(line([0, 0, 80, 80, 0, 0], 3)).toEqual([Math.round(80 / 7), Math.round((6 * 80) / 8), Math.round(80 / 7)]);
  // Stripes of one pixel become grey, not one of them.
  expect(line(Array.from({ length: 64 }, (_, i) => 255 * (i % 2)), 4).every((value) => Math.abs(value - 127.5) < 8)).toBe(true);
  expect(line([7, 8, 9], 3)).toEqual([7, 8, 9]);
});

/** The filter written as one sum over both axes. */
function resized(pixels: Uint8Array, [height, width]: readonly [number, number], [rows, columns]: readonly [number, number]): readonly number[] {
  const weight = (from: number, to: number, i: number, j: number): number => Math.max(0, 1 - Math.abs(j + 0.5 - ((i + 0.5) * from) / to) / Math.max(1, from / to));
  return Array.from({ length: rows * columns }, (_, at) => {
    const [y, x] = [Math.floor(at / columns), at % columns];
    let [sum, total] = [0, 0];
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        const share = weight(height, rows, y, i) * weight(width, columns, x, j);
        sum += share * (pixels[i * width + j] ?? 0);
        total += share;
      }
    }
    return sum / total;
  });
}

test('it is the filter on both axes, and planes do not mix', () => {
  const size = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(size, size, size, size, fc.infiniteStream(fc.nat(255)), (height, width, rows, columns, values) => {
      const pixels = Uint8Array.from(values.take(2 * height * width));
      const result = resize(pixels, 2, { height, width }, { height: rows, width: columns });
      for (const c of [0, 1]) {
        const expected = resized(pixels.subarray(c * height * width, (c + 1) * height * width), [height, width], [rows, columns]);
        for (const [i, value] of expected.entries()) expect(Math.abs((result[c * rows * columns + i] ?? NaN) - value)).toBeLessThan(0.5 + 1e-9);
      }
    }),
    { numRuns: 60 },
  );
});

test('grey for colour, and luma for grey', () => {
  const grey = { channels: 1, height: 1, width: 2, pixels: Uint8Array.of(3, 200) } as const;
  expect([...inChannels(grey, 3)]).toEqual([3, 200, 3, 200, 3, 200]);
  const colour = { channels: 3, height: 1, width: 5, pixels: Uint8Array.of(255, 0, 0, 255, 7, 0, 255, 0, 255, 7, 0, 0, 255, 255, 7) } as const;
  expect([...inChannels(colour, 1)]).toEqual([76, 150, 29, 255, 7]);
  expect(inChannels(colour, 3)).toBe(colour.pixels);
});
