import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePng } from '../../src/data/formats/png.ts';
import type { Inflate } from '../../src/data/formats/png.ts';
import { diagnosed } from './diagnosed.ts';
import { pngBytes } from './files.ts';

const inflate: Inflate = (packed, maxBytes) => {
  try {
    return inflateSync(packed, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
};

test('reads gray and colour rows under every filter', () => {
  const size = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(size, size, fc.constantFrom(0, 2), fc.infiniteStream(fc.nat(255)), fc.infiniteStream(fc.nat(4)), (width, height, colour, values, rowFilters) => {
      const channels = colour === 0 ? 1 : 3;
      const rows = Uint8Array.from(values.take(width * height * channels));
      const bytes = pngBytes({ width, height, colour, rows, filters: [...rowFilters.take(height)] });
      const { pixels: data, ...image } = decodePng('x.png', bytes, inflate);
      expect(image).toEqual({ channels, height, width, blended: false, rounded: false, turned: false });
      const plane = width * height;
      expect(data).toEqual(Uint8Array.from(data, (_, i) => rows[(i % plane) * channels + Math.floor(i / plane)] ?? 0));
    }),
    { numRuns: 60 },
  );
});

test.each([
  [1, Uint8Array.of(0b10100000), [255, 0, 255]],
  [2, Uint8Array.of(0b00011000), [0, 85, 170]],
  [4, Uint8Array.of(0x0f, 0x80), [0, 255, 136]],
])('gray of %i bits spans 0 to 255', (depth, rows, expected) => {
  const { pixels } = decodePng('x.png', pngBytes({ width: 3, height: 1, depth, colour: 0, rows }), inflate);
  expect([...pixels]).toEqual(expected);
});

test('palettes become colour', () => {
  const palette = ['PLTE', Uint8Array.of(1, 2, 3, 40, 50, 60)] as const;
  const image = { width: 2, height: 1, depth: 4, colour: 3, rows: Uint8Array.of(0x10) };
  expect([...decodePng('x.png', pngBytes({ ...image, extra: [palette] }), inflate).pixels]).toEqual([40, 1, 50, 2, 60, 3]);
  const clear = ['tRNS', Uint8Array.of(0)] as const;
  expect([...decodePng('x.png', pngBytes({ ...image, extra: [palette, clear] }), inflate).pixels]).toEqual([40, 255, 50, 255, 60, 255]);

  expect(diagnosed(() => decodePng('x.png', pngBytes(image), inflate)).message).toContain('no PLTE chunk');
  const outside = pngBytes({ ...image, rows: Uint8Array.of(0x20), extra: [palette] });
  expect(diagnosed(() => decodePng('x.png', outside, inflate)).message).toContain('palette entry 2, expected at most 1');
});

test('transparency is blended onto white', () => {
  const gray = pngBytes({ width: 3, height: 1, colour: 4, rows: Uint8Array.of(0, 255, 0, 0, 0, 51) });
  expect([...decodePng('x.png', gray, inflate).pixels]).toEqual([0, 255, 204]);
  const rgb = pngBytes({ width: 1, height: 1, colour: 6, rows: Uint8Array.of(10, 20, 30, 255) });
  expect([...decodePng('x.png', rgb, inflate).pixels]).toEqual([10, 20, 30]);
  const keyed = pngBytes({ width: 2, height: 1, colour: 0, rows: Uint8Array.of(7, 8), extra: [['tRNS', Uint8Array.of(0, 7)]] });
  expect([...decodePng('x.png', keyed, inflate).pixels]).toEqual([255, 8]);
});

const small = pngBytes({ width: 2, height: 2, colour: 0, rows: Uint8Array.of(1, 2, 3, 4) });

test('refuses every file cut short', () => {
  for (let length = 0; length < small.length; length++) {
    const { code, message } = diagnosed(() => decodePng('x.png', small.subarray(0, length), inflate));
    expect(message).toContain('x.png');
    expect(code).toBe(length < 8 ? 'data/not-format' : 'data/length');
  }
});

test('notices any flipped byte', () => {
  for (let at = 0; at < small.length; at++) {
    const flipped = Uint8Array.from(small);
    flipped[at] = (flipped[at] ?? 0) ^ 0x10;
    expect(diagnosed(() => decodePng('x.png', flipped, inflate)).message).toContain('x.png');
  }
});

/** Values of 16 bits, most significant byte first. */
const words = (...values: readonly number[]): Uint8Array => Uint8Array.from(values.flatMap((value) => [value >> 8, value & 255]));

test('16 bits a channel are rounded to 8', () => {
  const gray = { width: 3, height: 1, depth: 16, colour: 0, rows: words(0, 0x1234, 0xffff) };
  // 0x1234 / 257 = 18.13
  expect(decodePng('x.png', pngBytes(gray), inflate)).toMatchObject({ pixels: Uint8Array.of(0, 18, 255), rounded: true, blended: false });
  expect([...decodePng('x.png', pngBytes({ ...gray, extra: [['tRNS', words(0x1234)]] }), inflate).pixels]).toEqual([0, 255, 255]);
  // The key is of 16 bits too: 0x1235 is another colour.
  expect([...decodePng('x.png', pngBytes({ ...gray, extra: [['tRNS', words(0x1235)]] }), inflate).pixels]).toEqual([0, 18, 255]);
  const rgba = pngBytes({ width: 1, height: 1, depth: 16, colour: 6, rows: words(0x8000, 0, 0xffff, 0x4000) });
  expect(decodePng('x.png', rgba, inflate)).toMatchObject({ pixels: Uint8Array.of(223, 191, 255), blended: true });
});

/** Rows of packed pixels: every pass of Adam7 on its own, or the whole. */
function rowsOf(pixel: (x: number, y: number) => number, bits: number, xs: readonly number[], ys: readonly number[]): Uint8Array {
  const rowBytes = Math.ceil((xs.length * bits) / 8);
  const rows = new Uint8Array(ys.length * rowBytes);
  for (const [row, y] of ys.entries()) {
    for (const [i, x] of xs.entries()) {
      for (let bit = 0; bit < bits; bit++) {
        const at = i * bits + bit;
        const set = Math.floor(pixel(x, y) / 2 ** (bits - 1 - bit)) % 2;
        rows[row * rowBytes + (at >> 3)] = (rows[row * rowBytes + (at >> 3)] ?? 0) | (set << (7 - (at & 7)));
      }
    }
  }
  return rows;
}

test('interlaced images are those in rows', () => {
  const kinds = [[0, 1], [0, 2], [0, 8], [0, 16], [2, 24], [3, 4], [4, 16], [6, 32], [6, 64]] as const;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 1, max: 17 }), fc.constantFrom(...kinds), fc.nat(1000), (width, height, [colour, bits], seed) => {
      const depth = bits / ({ 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour] ?? 1);
      const pixel = (x: number, y: number): number => Math.imul(x * 31 + y * 17 + seed, 0x9e3779b1) >>> (bits < 32 ? 32 - bits : 0);
      const filters = Array.from({ length: 40 }, (_, i) => (i + seed) % 5);
      const every = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
      const extra = colour === 3 ? [['PLTE', Uint8Array.from({ length: 48 }, (_, i) => 5 * i)] as const] : [];
      const [xs, ys] = [every(width), every(height)];
      const plain = pngBytes({ width, height, depth, colour, filters, extra, rows: rowsOf(pixel, bits, xs, ys) });
      // The grid of section 8.1: the pass of each pixel of 8 x 8.
      const grid = ['16462646', '77777777', '56565656', '77777777', '36463646', '77777777', '56565656', '77777777'];
      const passes = [1, 2, 3, 4, 5, 6, 7].flatMap((pass) => {
        const of = (x: number, y: number): boolean => grid[y % 8]?.[x % 8] === String(pass);
        const passYs = ys.filter((y) => xs.some((x) => of(x, y)));
        const passXs = xs.filter((x) => ys.some((y) => of(x, y)));
        return passYs.length === 0 ? [] : [{ height: passYs.length, rows: rowsOf(pixel, bits, passXs, passYs) }];
      });
      const interlaced = pngBytes({ width, height, depth, colour, filters, extra, passes });
      expect(decodePng('x.png', interlaced, inflate)).toEqual(decodePng('x.png', plain, inflate));
    }),
    { numRuns: 100 },
  );
});

test('says what is wrong with a header', () => {
  const image = { width: 1, height: 1, colour: 0, rows: Uint8Array.of(0) };
  expect(diagnosed(() => decodePng('x.png', pngBytes({ ...image, colour: 2, depth: 4 }), inflate)).message).toBe('x.png is corrupt: found 4 bits a channel, expected 8, 16');
  expect(diagnosed(() => decodePng('x.png', pngBytes({ ...image, interlace: 2 }), inflate)).message).toContain('interlace 2, expected');
  expect(diagnosed(() => decodePng('x.png', pngBytes({ ...image, filters: [7] }), inflate)).message).toContain('row filter 7');
  expect(diagnosed(() => decodePng('x.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), inflate)).message).toContain('ff d8 ff e0');
});

test('refuses sizes that its bytes cannot hold, before unpacking', () => {
  const never: Inflate = () => {
    throw new Error('unpacked');
  };
  const huge = pngBytes({ width: 8000, height: 1, colour: 0, rows: new Uint8Array(1) });
  expect(diagnosed(() => decodePng('x.png', pngBytes({ width: 5000, height: 5000, colour: 2, rows: new Uint8Array(5000) }), never)).code).toBe('data/corrupt');
  expect(diagnosed(() => decodePng('x.png', huge, inflate)).code).toBe('data/corrupt');
  const wide = pngBytes({ width: 1_000_000, height: 1, colour: 0, rows: new Uint8Array(1) });
  expect(diagnosed(() => decodePng('x.png', wide, never)).code).toBe('data/too-large');
  const large = pngBytes({ width: 6000, height: 6000, colour: 0, rows: new Uint8Array(6000) });
  expect(diagnosed(() => decodePng('x.png', large, never)).message).toBe('x.png is too large: found 6000 x 6000 pixels, the limit is 16384 x 16384, and 33,554,432 pixels in all');
});
