// Augmentation as arithmetic: how a sample is changed in an epoch is a function of (seed, phase, epoch, number of the
// sample), so it depends neither on threads nor on where a run was interrupted.
//
// An image is padded with zeros, a part of its own size is taken, and half of them are mirrored (Krizhevsky et al. 2012,
// section 4.1; on CIFAR He et al. 2016, section 4.2: pad = 4, mirror = true). The zeros are those of the samples as they
// come, before `normalize`: black, of pixels.

import { hash32, streamOf } from '../base/random.ts';
import type { Augmentation } from '../ir/network.ts';

/** Numbers that say how one sample is changed: `down`, `right`, `mirrored` of {@link Crop}. */
export const cropSize = 3;

/** What is shown at row y and column x of a sample: row y + down, column x + right, or width - 1 - x + right where it is mirrored. */
export interface Crop {
  readonly down: number;
  readonly right: number;
  /** 1 or 0. */
  readonly mirrored: number;
}

/**
 * How the samples of an epoch are changed.
 * @param key Of the phase.
 * @param order Numbers of the samples.
 * @returns `[order.length, cropSize]`, in this order.
 */
export function epochCrops({ pad: [rows, columns], mirror }: Augmentation, seed: number, key: string, epoch: number, order: Uint32Array): Int32Array {
  const draw = (what: string): ((sample: number) => number) => {
    const stream = streamOf(`${what} ${key}`);
    return (sample) => (hash32(seed, stream, epoch, sample) >>> 0) / 2 ** 32;
  };
  const [down, right, mirrored] = [draw('crop rows'), draw('crop columns'), draw('mirror')];
  const shift = (pad: number, uniform: number): number => Math.floor(uniform * (2 * pad + 1)) - pad;
  const crops = new Int32Array(order.length * cropSize);
  for (const [i, sample] of order.entries()) {
    crops[i * cropSize] = shift(rows, down(sample));
    crops[i * cropSize + 1] = shift(columns, right(sample));
    crops[i * cropSize + 2] = mirror && mirrored(sample) < 0.5 ? 1 : 0;
  }
  return crops;
}

/** Crop `i` of {@link epochCrops}. */
export function cropAt(crops: Int32Array, i: number): Crop {
  const [down = 0, right = 0, mirrored = 0] = crops.subarray(i * cropSize, (i + 1) * cropSize);
  return { down, right, mirrored };
}

/**
 * Writes an image as it is shown.
 * @param image CHW.
 * @param target As long as `image`, and of its kind; every element is written.
 */
export function cropImage(image: Uint8Array | Float32Array, target: Uint8Array | Float32Array, rows: number, columns: number, { down, right, mirrored }: Crop): void {
  target.fill(0);
  // Columns of the image that are inside.
  const [first, end] = [Math.max(0, right), Math.min(columns, columns + right)];
  for (let row = 0; row < image.length / columns; row++) {
    const y = (row % rows) + down;
    if (y < 0 || y >= rows) continue;
    const from = (row + down) * columns;
    const to = row * columns;
    if (mirrored === 0) for (let x = first; x < end; x++) target[to + x - right] = image[from + x] as number;
    else for (let x = first; x < end; x++) target[to + columns - 1 - (x - right)] = image[from + x] as number;
  }
}
