import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeIdx, decodeIdxSplit } from '../../src/data/formats/idx.ts';
import { diagnosed } from './diagnosed.ts';
import { idxBytes } from './files.ts';

test('reads what was written, without a copy', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat(255)), (shape, values) => {
      const data = Uint8Array.from(values.take(shape.reduce((a, b) => a * b, 1)));
      const bytes = idxBytes(shape, data);
      const read = decodeIdx('x', bytes);
      expect(read).toEqual({ shape, data });
      expect(read.data.buffer).toBe(bytes.buffer);
    }),
    { numRuns: 50 },
  );
});

test('refuses every file cut short, with found and expected bytes', () => {
  const bytes = idxBytes([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  for (let length = 0; length < bytes.length; length++) {
    const { code, message } = diagnosed(() => decodeIdx('images', bytes.subarray(0, length)));
    expect(message).toContain(`images is truncated: found ${length} bytes`);
    expect(code).toBe('data/length');
  }
  expect(diagnosed(() => decodeIdx('images', bytes.subarray(0, 20))).message).toBe(
    'images is truncated: found 20 bytes, expected 24',
  );
});

test('refuses a few bytes that declare 2^96 pixels', () => {
  const bytes = idxBytes([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], [1, 2]);
  expect(diagnosed(() => decodeIdx('huge', bytes)).code).toBe('data/length');
});

test('refuses other formats and other number types', () => {
  expect(diagnosed(() => decodeIdx('x.gz', Uint8Array.of(0x1f, 0x8b, 8, 0))).message).toBe(
    'x.gz is not an IDX file: it begins with 1f 8b 08 00',
  );
  const floats = diagnosed(() => decodeIdx('f', idxBytes([1], [0, 0, 0, 0], 0x0d)));
  expect(floats.message).toBe('f has 32-bit floats, expected unsigned bytes');
  expect(floats.help).toContain('.npy');
});

test('pairs images with labels', () => {
  const images = { file: 'images', bytes: idxBytes([2, 1, 3], [1, 2, 3, 4, 5, 6]) };
  const split = decodeIdxSplit(images, { file: 'labels', bytes: idxBytes([2], [7, 9]) });
  expect(split.shape).toEqual([1, 1, 3]);
  expect(split.split).toEqual({ count: 2, samples: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: Uint8Array.of(7, 9) });

  const tooFew = diagnosed(() => decodeIdxSplit(images, { file: 'labels', bytes: idxBytes([1], [7]) }));
  expect(tooFew.message).toBe('images holds 2 samples, but labels holds 1 labels');
  expect(diagnosed(() => decodeIdxSplit(images, images)).code).toBe('data/unsupported');
});
