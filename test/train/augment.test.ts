import { describe, expect, test } from 'vitest';
import { cropAt, cropImage, cropSize, epochCrops } from '../../src/train/augment.ts';

const everything = { pad: [2, 1], mirror: true } as const;
const order = Uint32Array.from({ length: 6000 }, (_, i) => (i * 7) % 6000);

describe('what is drawn for a sample', () => {
  test('depends on seed, phase, epoch and its number alone, not on its place in the order', () => {
    const crops = epochCrops(everything, 3, 'baseline', 4, order);
    const backwards = epochCrops(everything, 3, 'baseline', 4, order.toReversed());
    for (const i of [0, 1, 77, 5999]) expect(cropAt(backwards, order.length - 1 - i)).toEqual(cropAt(crops, i));
    for (const other of [epochCrops(everything, 4, 'baseline', 4, order), epochCrops(everything, 3, 'control', 4, order), epochCrops(everything, 3, 'baseline', 5, order)]) {
      expect(other).not.toEqual(crops);
    }
  });

  test('is every shift up to the padding alike, and half of the images mirrored', () => {
    const crops = epochCrops(everything, 1, 'baseline', 0, order);
    const counts = new Map<string, number>();
    for (const i of order.keys()) {
      const { down, right, mirrored } = cropAt(crops, i);
      counts.set(`${down} ${right} ${mirrored}`, (counts.get(`${down} ${right} ${mirrored}`) ?? 0) + 1);
    }
    const shifts = [-2, -1, 0, 1, 2].flatMap((down) => [-1, 0, 1].flatMap((right) => [`${down} ${right} 0`, `${down} ${right} 1`]));
    expect([...counts.keys()].toSorted()).toEqual(shifts.toSorted());
    // 200 of each are expected, with a deviation of 14.
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(5 * 14);
  });

  test('is nothing where nothing is asked for', () => {
    const still = epochCrops({ pad: [0, 0], mirror: false }, 1, 'baseline', 0, order);
    expect(still.every((value) => value === 0)).toBe(true);
    expect(still).toHaveLength(order.length * cropSize);
  });
});

describe('an image as it is shown', () => {
  const [channels, rows, columns] = [2, 4, 5];
  const image = Uint8Array.from({ length: channels * rows * columns }, (_, i) => i + 1);
  const shownBy = (down: number, right: number, mirrored: number): number[] => {
    const target = new Uint8Array(image.length).fill(99);
    cropImage(image, target, rows, columns, { down, right, mirrored });
    return [...target];
  };
  const pixel = (c: number, y: number, x: number): number => (y < 0 || y >= rows || x < 0 || x >= columns ? 0 : (image[(c * rows + y) * columns + x] ?? NaN));

  test.each([[0, 0, 0], [1, 0, 0], [-2, 3, 0], [3, -4, 1], [0, 0, 1], [2, 2, 1], [-3, -1, 1]])('moved by %i, %i, mirrored %i', (down, right, mirrored) => {
    const expected: number[] = [];
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) expected.push(pixel(c, y + down, (mirrored === 1 ? columns - 1 - x : x) + right));
    }
    expect(shownBy(down, right, mirrored)).toEqual(expected);
  });
});
