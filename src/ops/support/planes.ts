// Loops over one image plane for one tap, on flat arrays: what float64 convolution is made of.

import type { Pair } from '../../ir/attributes.ts';
import type { Tap } from './window.ts';

/** Where a plane starts in its array, and how long its rows are. */
export interface Plane {
  readonly data: Float64Array;
  readonly at: number;
  readonly columns: number;
}

/** out[y, x] += weight * input[y*stride + row, x*stride + col] */
export function addTap(out: Plane, input: Plane, weight: number, tap: Tap, [strideRows, strideCols]: Pair): void {
  for (let y = tap.rowFrom; y < tap.rowTo; y++) {
    const outRow = out.at + y * out.columns;
    const inputRow = input.at + (y * strideRows + tap.row) * input.columns + tap.col;
    for (let x = tap.colFrom; x < tap.colTo; x++) {
      out.data[outRow + x] = (out.data[outRow + x] as number) + weight * (input.data[inputRow + x * strideCols] as number);
    }
  }
}

/** input[y*stride + row, x*stride + col] += weight * out[y, x]: the transpose of {@link addTap}. */
export function scatterTap(out: Plane, input: Plane, weight: number, tap: Tap, [strideRows, strideCols]: Pair): void {
  for (let y = tap.rowFrom; y < tap.rowTo; y++) {
    const outRow = out.at + y * out.columns;
    const inputRow = input.at + (y * strideRows + tap.row) * input.columns + tap.col;
    for (let x = tap.colFrom; x < tap.colTo; x++) {
      const i = inputRow + x * strideCols;
      input.data[i] = (input.data[i] as number) + weight * (out.data[outRow + x] as number);
    }
  }
}

/** Sum of out[y, x] * input[y*stride + row, x*stride + col]: the gradient of {@link addTap} by its weight. */
export function dotTap(out: Plane, input: Plane, tap: Tap, [strideRows, strideCols]: Pair): number {
  let sum = 0;
  for (let y = tap.rowFrom; y < tap.rowTo; y++) {
    const outRow = out.at + y * out.columns;
    const inputRow = input.at + (y * strideRows + tap.row) * input.columns + tap.col;
    for (let x = tap.colFrom; x < tap.colTo; x++) sum += (out.data[outRow + x] as number) * (input.data[inputRow + x * strideCols] as number);
  }
  return sum;
}
