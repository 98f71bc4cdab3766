// Images whose elements are blocks of a larger one.

import type { Shape } from '../../base/tensor.ts';
import type { Pair } from '../../ir/attributes.ts';
import { imageShape } from './shapes.ts';

export interface Blocks {
  /** NCHW */
  readonly large: Shape;
  /** The position of the element whose block a position of the large image is in. */
  readonly smallAt: (at: number) => number;
}

/** @param small NCHW */
export function blocksOf(small: Shape, factor: Pair, op: string): Blocks {
  const [samples, channels, rows, columns] = imageShape(small, op);
  const [height, width] = [rows * factor[0], columns * factor[1]];
  return {
    large: [samples, channels, height, width],
    smallAt: (at) => (Math.floor(at / (height * width)) * rows + Math.floor((Math.floor(at / width) % height) / factor[0])) * columns + Math.floor((at % width) / factor[1]),
  };
}
