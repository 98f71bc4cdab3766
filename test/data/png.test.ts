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
      const { shape, data } = decodePng('x.png', bytes, inflate);
      expect(shape).toEqual([channels, height, width]);
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
  const { data } = decodePng('x.png', pngBytes({ width: 3, height: 1, depth, colour: 0, rows }), inflate);
  expect([...data]).toEqual(expected);
});

test('palettes become colour', () => {
  const palette = ['PLTE', Uint8Array.of(1, 2, 3, 40, 50, 60)] as const;
  const image = { width: 2, height: 1, depth: 4, colour: 3, rows: Uint8Array.of(0x10) };
  expect([...decodePng('x.png', pngBytes({ ...image, extra: [palette] }), inflate).data]).toEqual([40, 1, 50, 2, 60, 3]);
  const clear = ['tRNS', Uint8Array.of(0)] as const;
  expect([...decodePng('x.png', pngBytes({ ...image, extra: [palette, clear] }), inflate).data]).toEqual([40, 255, 50, 255, 60, 255]);

  expect(diagnosed(() => decodePng('x.png', pngBytes(image), inflate)).message).toContain('no PLTE chunk');
  const outside = pngBytes({ ...image, rows: Uint8Array.of(0x20), extra: [palette] });
  expect(diagnosed(() => decodePng('x.png', outside, inflate)).message).toContain('palette entry 2, expected at most 1');
});

test('transparency is blended onto white', () => {
  const gray = pngBytes({ width: 3, height: 1, colour: 4, rows: Uint8Array.of(0, 255, 0, 0, 0, 51) });
  expect([...decodePng('x.png', gray, inflate).data]).toEqual([0, 255, 204]);
  const rgb = pngBytes({ width: 1, height: 1, colour: 6, rows: Uint8Array.of(10, 20, 30, 255) });
  expect([...decodePng('x.png', rgb, inflate).data]).toEqual([10, 20, 30]);
  const keyed = pngBytes({ width: 2, height: 1, colour: 0, rows: Uint8Array.of(7, 8), extra: [['tRNS', Uint8Array.of(0, 7)]] });
  expect([...decodePng('x.png', keyed, inflate).data]).toEqual([255, 8]);
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

test('says what to do about kinds it does not read', () => {
  const image = { width: 1, height: 1, colour: 0, rows: Uint8Array.of(0) };
  const interlaced = diagnosed(() => decodePng('x.png', pngBytes({ ...image, interlace: 1 }), inflate));
  expect(interlaced.message).toBe('x.png has interlaced rows, expected rows in order');
  expect(interlaced.help).toBe('save the image without interlacing');
  const deep = diagnosed(() => decodePng('x.png', pngBytes({ ...image, depth: 16, rows: Uint8Array.of(0, 0) }), inflate));
  expect(deep.message).toBe('x.png has 16 bits a channel, expected 1, 2, 4 or 8');
  expect(diagnosed(() => decodePng('x.png', pngBytes({ ...image, filters: [7] }), inflate)).message).toContain('row filter 7');
  expect(diagnosed(() => decodePng('x.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), inflate)).message).toContain('ff d8 ff e0');
});

test('refuses sizes that its bytes cannot hold, before unpacking', () => {
  const never: Inflate = () => {
    throw new Error('unpacked');
  };
  const huge = pngBytes({ width: 8000, height: 1, colour: 0, rows: new Uint8Array(1) });
  expect(diagnosed(() => decodePng('x.png', pngBytes({ width: 8000, height: 8000, colour: 2, rows: new Uint8Array(8000) }), never)).code).toBe('data/corrupt');
  expect(diagnosed(() => decodePng('x.png', huge, inflate)).code).toBe('data/corrupt');
  const wide = pngBytes({ width: 1_000_000, height: 1, colour: 0, rows: new Uint8Array(1) });
  expect(diagnosed(() => decodePng('x.png', wide, never)).code).toBe('data/too-large');
});
