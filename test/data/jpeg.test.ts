import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import type { DecodedImage } from '../../src/data/formats/image.ts';
import { decodeJpeg } from '../../src/data/formats/jpeg.ts';
import { diagnosed } from './diagnosed.ts';
import { jpegFiles } from './jpeg-files.ts';
import type { JpegKind } from './jpeg-files.ts';

const [width, height] = [12, 10];
const bytesOf = (kind: JpegKind): Uint8Array => Uint8Array.from(Buffer.from(jpegFiles[kind], 'base64'));

/** What was encoded. */
const colour = (x: number, y: number): readonly [number, number, number] => [20 * x, 25 * y, Math.max(0, 255 - 10 * x - 12 * y)];
const luma = ([r, g, b]: readonly [number, number, number]): number => 0.299 * r + 0.587 * g + 0.114 * b;

function at({ channels, pixels }: DecodedImage, x: number, y: number): readonly number[] {
  return Array.from({ length: channels }, (_, c) => pixels[(c * height + y) * width + x] ?? NaN);
}

test.each([
  ['baseline, 4:4:4', 7],
  ['RGB without a transform', 3],
  // Colour has half the pixels; what is between them is not the same colour.
  ['baseline, 4:2:0', 30],
  ['progressive, 4:2:0', 30],
] as const)('%s', (kind, tolerance) => {
  const image = decodeJpeg('x.jpg', bytesOf(kind));
  expect(image).toMatchObject({ channels: 3, width, height, blended: false, rounded: false, turned: false });
  const places = Array.from({ length: width * height }, (_, i) => [i % width, Math.floor(i / width)] as const);
  const errors = places.map(([x, y]) => Math.max(...at(image, x, y).map((value, c) => Math.abs(value - (colour(x, y)[c] ?? NaN)))));
  expect(Math.max(...errors)).toBeLessThan(tolerance);
  // Luma is whole, where no channel was cut off at 0 or 255.
  const inside = places.flatMap(([x, y]) => {
    const [r = NaN, g = NaN, b = NaN] = at(image, x, y);
    return Math.min(r, g, b) > 0 && Math.max(r, g, b) < 255 ? [Math.abs(luma([r, g, b]) - luma(colour(x, y)))] : [];
  });
  expect(inside.length).toBeGreaterThan(50);
  expect(Math.max(...inside)).toBeLessThan(8);
});

test('progressive grey', () => {
  const image = decodeJpeg('x.jpg', bytesOf('progressive, grey'));
  expect(image.channels).toBe(1);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) expect(Math.abs((at(image, x, y)[0] ?? NaN) - luma(colour(x, y)))).toBeLessThan(4);
});

test.each(['baseline, 4:4:4', 'progressive, grey'] as const)('%s: refuses every file cut short', (kind) => {
  const whole = bytesOf(kind);
  for (let length = 0; length < whole.length; length++) {
    const { code, message } = diagnosed(() => decodeJpeg('x.jpg', whole.subarray(0, length)));
    expect(code).toBe(length < 3 ? 'data/not-format' : 'data/corrupt');
    expect(message).toContain('x.jpg');
  }
  // What phones append is no part of the image.
  expect(decodeJpeg('x.jpg', Buffer.concat([whole, Buffer.from('more')]))).toEqual(decodeJpeg('x.jpg', whole));
});

/** With the first `from` replaced. */
function replaced(bytes: Uint8Array, from: readonly number[], to: readonly number[]): Uint8Array {
  const place = Buffer.from(bytes).indexOf(Buffer.from(from));
  expect(place).toBeGreaterThan(0);
  const changed = Uint8Array.from(bytes);
  changed.set(to, place);
  return changed;
}

test('says what it does not read, and refuses sizes before it decodes', () => {
  const message = (bytes: Uint8Array): string => diagnosed(() => decodeJpeg('x.jpg', bytes)).message;
  expect(message(bytesOf('cmyk'))).toBe('x.jpg has 4 channels (CMYK), expected 1 (grey) or 3 (colour)');
  const whole = bytesOf('baseline, 4:4:4');
  const frame = [0xff, 0xc0, 0, 17, 8, 0, height, 0, width];
  expect(message(replaced(whole, frame, [0xff, 0xc3]))).toBe('x.jpg has lossless coding, expected baseline or progressive');
  expect(message(replaced(whole, frame, [0xff, 0xc9]))).toBe('x.jpg has arithmetic coding, expected baseline or progressive');
  expect(message(replaced(whole, frame, [0xff, 0xc1, 0, 17, 12]))).toBe('x.jpg has 12 bits a channel, expected 8');
  expect(message(replaced(whole, frame, [0xff, 0xc0, 0, 17, 8, 0xff, 0xff, 0xff, 0xff]))).toContain('x.jpg is too large: found 65535 x 65535 pixels');
  expect(message(replaced(whole, frame, [0xff, 0xc0, 0, 17, 8, 2, 0, 2, 0]))).toBe('x.jpg is corrupt: found 512 x 512 pixels in 431 bytes, expected at most 220672 pixels');
  expect(message(replaced(whole, frame, [0xff, 0xc0, 0, 17, 8, 0, 0]))).toContain('found 12 x 0 pixels');
  expect(message(replaced(whole, frame, [0xff, 0xe5]))).toBe('x.jpg is corrupt: found no image, expected a frame and its scans');
  // The tables are gone.
  expect(message(replaced(whole, [0xff, 0xc4], [0xff, 0xe5]))).toContain('x.jpg is corrupt: found what does not decode (');
  // A scan without end.
  const scan = Buffer.from(whole).indexOf(Buffer.of(0xff, 0xda));
  const many = Buffer.concat([whole.subarray(0, -2), ...Array.from({ length: 500 }, () => whole.subarray(scan, scan + 14)), whole.subarray(-2)]);
  expect(message(many)).toBe('x.jpg is corrupt: found more than 500 scans, expected some ten');
});

test.each([
  ['as seen', '4d4d002a000000080001011200030000000100010000', false],
  ['turned, most significant byte first', '4d4d002a000000080001011200030000000100060000', true],
  ['turned, least significant byte first', '49492a000800000002000f01020001000000410000001201030001000000080000000000', true],
  ['cut short', '4d4d002a00000008000101120003000000', false],
  ['a directory that lies elsewhere', '4d4d002affffffff0001011200030000000100060000', false],
  ['empty', '', false],
])('how the camera was held: %s', (_, tiff, turned) => {
  const contents = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), Buffer.from(tiff, 'hex')]);
  const whole = bytesOf('baseline, 4:4:4');
  const marked = Buffer.concat([whole.subarray(0, 2), Buffer.of(0xff, 0xe1, 0, contents.length + 2), contents, whole.subarray(2)]);
  expect(decodeJpeg('x.jpg', marked)).toEqual({ ...decodeJpeg('x.jpg', whole), turned });
});

test('any bytes are an image or a diagnostic', () => {
  const kinds = Object.keys(jpegFiles).map((kind) => bytesOf(kind as JpegKind));
  const flip = fc.tuple(fc.nat(10_000), fc.nat(255));
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.array(flip, { minLength: 1, maxLength: 4 }), (whole, flips) => {
      const bytes = Uint8Array.from(whole);
      for (const [at, value] of flips) bytes[2 + (at % (bytes.length - 2))] = value;
      expect(() => outcome(bytes)).not.toThrow();
    }),
    { numRuns: 300 },
  );
});

function outcome(bytes: Uint8Array): DecodedImage | DiagnosticError {
  try {
    return decodeJpeg('x.jpg', bytes);
  } catch (error) {
    if (error instanceof DiagnosticError) return error;
    throw error;
  }
}
