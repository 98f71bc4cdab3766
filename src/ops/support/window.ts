// Window arithmetic shared by convolutions and pools: a window slides over rows and columns with stride,
// padding and dilation. A tap is one place in the window; `taps` lists for each the output positions at
// which it falls inside the input, so that inner loops need no bounds checks.

import { pair } from '../../ir/attributes.ts';
import { ShapeError } from '../../ir/op.ts';
import type { Pair, SchemaOf } from '../../ir/attributes.ts';

export interface WindowGeometry {
  readonly window: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
}

export type WindowAttrs = Pick<WindowGeometry, keyof WindowGeometry>;
export const windowAttributes: SchemaOf<WindowAttrs> = { window: pair, stride: pair, padding: pair, dilation: pair };

/** Pools have no dilation. */
export function windowOf({ window, stride, padding, dilation = [1, 1] }: Omit<WindowAttrs, 'dilation'> & Partial<WindowAttrs>): WindowGeometry {
  return { window, stride, padding, dilation };
}

export function hasPadding({ padding }: WindowGeometry): boolean {
  return padding[0] > 0 || padding[1] > 0;
}

const by = ([rows, columns]: Pair): string => `${rows}x${columns}`;

/** Rows and columns the window covers, dilation included. */
function reach({ window, dilation }: WindowGeometry): Pair {
  return [dilation[0] * (window[0] - 1) + 1, dilation[1] * (window[1] - 1) + 1];
}

/** Output rows and columns. @throws ShapeError when the window does not fit its input. */
export function slide(geometry: WindowGeometry, extent: Pair): Pair {
  const { window, stride, padding } = geometry;
  for (const [name, pair, least] of [['window', window, 1], ['stride', stride, 1], ['dilation', geometry.dilation, 1], ['padding', padding, 0]] as const) {
    if (!pair.every((value) => Number.isSafeInteger(value) && value >= least)) {
      throw new ShapeError(`${name} must be whole numbers from ${least}, not ${by(pair)}`);
    }
  }
  const covers = reach(geometry);
  const padded: Pair = [extent[0] + 2 * padding[0], extent[1] + 2 * padding[1]];
  if (covers[0] > padded[0] || covers[1] > padded[1]) {
    const dilated = covers[0] === window[0] && covers[1] === window[1] ? '' : ` (dilated to ${by(covers)})`;
    const widened = padding[0] === 0 && padding[1] === 0 ? '' : ` (${by(padded)} with padding)`;
    throw new ShapeError(`window ${by(window)}${dilated} is larger than its input ${by(extent)}${widened}`, 'use a smaller window, or padding');
  }
  return [Math.floor((padded[0] - covers[0]) / stride[0]) + 1, Math.floor((padded[1] - covers[1]) / stride[1]) + 1];
}

/** As {@link slide} for pools, whose every window must hold an element of the input. */
export function slidePool(geometry: WindowGeometry, extent: Pair): Pair {
  const { window, padding } = geometry;
  if (padding[0] >= window[0] || padding[1] >= window[1]) {
    throw new ShapeError(`padding ${by(padding)} leaves windows ${by(window)} that hold no element`, 'padding must be smaller than the window');
  }
  return slide(geometry, extent);
}

export interface Tap {
  /** Output rows `rowFrom <= y < rowTo` read input row `y * stride + row`; columns likewise. */
  readonly rowFrom: number;
  readonly rowTo: number;
  readonly colFrom: number;
  readonly colTo: number;
  readonly row: number;
  readonly col: number;
}

/** Taps in order `kh * columns of the window + kw`. */
export function tapsOf(geometry: WindowGeometry, input: Pair, output: Pair): readonly Tap[] {
  const { window, stride, padding, dilation } = geometry;
  const span = (d: 0 | 1, tap: number): readonly [from: number, to: number, at: number] => {
    const at = tap * dilation[d] - padding[d];
    const from = Math.max(0, Math.ceil(-at / stride[d]));
    const to = Math.min(output[d], Math.floor((input[d] - 1 - at) / stride[d]) + 1);
    return [from, Math.max(from, to), at];
  };
  const taps: Tap[] = [];
  for (let kh = 0; kh < window[0]; kh++) {
    const [rowFrom, rowTo, row] = span(0, kh);
    for (let kw = 0; kw < window[1]; kw++) {
      const [colFrom, colTo, col] = span(1, kw);
      taps.push({ rowFrom, rowTo, colFrom, colTo, row, col });
    }
  }
  return taps;
}
