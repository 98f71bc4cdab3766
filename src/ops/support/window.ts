// Window arithmetic shared by convolutions and pools: a window slides over rows and columns with stride,
// padding and dilation. A tap is one place in the window; `taps` lists for each the output positions at
// which it falls inside the input, so that inner loops need no bounds checks.

import { grouped } from '../../base/number-text.ts';
import { padding as paddingType, pair } from '../../ir/attributes.ts';
import type { Padding, Pair, SchemaOf } from '../../ir/attributes.ts';
import { ShapeError } from '../../ir/op.ts';

export type WindowAttrs = { readonly window: Pair; readonly stride: Pair; readonly padding: Padding; readonly dilation: Pair };
export const windowAttributes: SchemaOf<WindowAttrs> = { window: pair, stride: pair, padding: paddingType, dilation: pair };

export interface WindowGeometry {
  readonly window: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  /** Places outside the input that the window may reach: above and left of it, below and right of it. */
  readonly before: Pair;
  readonly after: Pair;
}

export function paddingSides(padding: Padding): readonly [top: number, bottom: number, left: number, right: number] {
  return padding.length === 4 ? padding : [padding[0], padding[0], padding[1], padding[1]];
}

export function windowOf({ window, stride, padding, dilation }: WindowAttrs): WindowGeometry {
  const [top, bottom, left, right] = paddingSides(padding);
  return { window, stride, dilation, before: [top, left], after: [bottom, right] };
}

export function hasPadding({ before, after }: WindowGeometry): boolean {
  return [...before, ...after].some((extent) => extent > 0);
}

/** Places that padding may add to one channel: they take room in memory, and windows are lists of their places. */
const MOST_ADDED = 2 ** 22;

const by = ([rows, columns]: Pair): string => `${rows}x${columns}`;

/** Padding as people write it. */
function paddingText({ before, after }: WindowGeometry): string {
  return before[0] === after[0] && before[1] === after[1] ? by(before) : `[${before[0]}, ${after[0]}, ${before[1]}, ${after[1]}]`;
}

const bothAxes = <T>(of: (d: 0 | 1) => T): readonly [T, T] => [of(0), of(1)];

/** Rows and columns the window covers, dilation included. */
export function reachOf({ window, dilation }: Pick<WindowGeometry, 'window' | 'dilation'>): Pair {
  return bothAxes((d) => dilation[d] * (window[d] - 1) + 1);
}

/**
 * The padding with which a result has ceil(extent / stride) rows and columns: what is needed, half of it before, the
 * odd place after, as TensorFlow has it.
 */
export function samePadding(geometry: Pick<WindowGeometry, 'window' | 'stride' | 'dilation'>, extent: Pair): Padding {
  const reach = reachOf(geometry);
  const [[top, bottom], [left, right]] = bothAxes((d) => {
    const needed = Math.max(0, (Math.ceil(extent[d] / geometry.stride[d]) - 1) * geometry.stride[d] + reach[d] - extent[d]);
    return [Math.floor(needed / 2), Math.ceil(needed / 2)] as const;
  });
  return shortest([top, bottom, left, right]);
}

/** Two numbers where two say it. */
export function shortest(padding: Padding): Padding {
  if (padding.length === 2) return padding;
  const [top, bottom, left, right] = padding;
  return top === bottom && left === right ? [top, left] : padding;
}

/** Output rows and columns. @throws ShapeError when the window does not fit its input. */
export function slide(geometry: WindowGeometry, extent: Pair): Pair {
  const { window, stride, before, after } = geometry;
  for (const [name, pairs, least] of [['window', window, 1], ['stride', stride, 1], ['dilation', geometry.dilation, 1], ['padding', [...before, ...after], 0]] as const) {
    if (!pairs.every((value) => Number.isSafeInteger(value) && value >= least)) {
      throw new ShapeError(`${name} must be whole numbers from ${least}, not ${name === 'padding' ? paddingText(geometry) : by(geometry[name])}`);
    }
  }
  const covers = reachOf(geometry);
  const padded = bothAxes((d) => extent[d] + before[d] + after[d]);
  const added = padded[0] * padded[1] - extent[0] * extent[1];
  if (added > MOST_ADDED) {
    const counts = [added, MOST_ADDED].map(grouped);
    throw new ShapeError(`padding ${paddingText(geometry)} adds ${counts[0]} places to each channel of ${by(extent)}, at most ${counts[1]} are accepted`, 'use less padding');
  }
  if (covers[0] > padded[0] || covers[1] > padded[1]) {
    const dilated = covers[0] === window[0] && covers[1] === window[1] ? '' : ` (dilated to ${by(covers)})`;
    const widened = hasPadding(geometry) ? ` (${by(padded)} with padding)` : '';
    throw new ShapeError(`window ${by(window)}${dilated} is larger than its input ${by(extent)}${widened}`, 'use a smaller window, or padding');
  }
  return bothAxes((d) => Math.floor((padded[d] - covers[d]) / stride[d]) + 1);
}

/**
 * As {@link slide} for pools, whose every window must hold an element of the input.
 * @param ceil Whether a last window may reach over the end of the padded input. It has to start inside the input or the
 * padding before it: Caffe's rule.
 */
export function slidePool(geometry: WindowGeometry, extent: Pair, ceil: boolean): Pair {
  const { window, stride, dilation, before, after } = geometry;
  const reach = reachOf(geometry);
  if ([before, after].some((sides) => sides[0] >= reach[0] || sides[1] >= reach[1])) {
    throw new ShapeError(`padding ${paddingText(geometry)} leaves windows ${by(window)} that hold no element`, 'padding must be smaller than the window');
  }
  if (hasPadding(geometry) && bothAxes((d) => window[d] > 1 && dilation[d] > extent[d]).includes(true)) {
    throw new ShapeError(`dilation ${by(dilation)} steps over the whole input ${by(extent)}`, 'dilation must not be larger than the input');
  }
  const floor = slide(geometry, extent);
  if (!ceil) return floor;
  return bothAxes((d) => {
    const overhangs = (extent[d] + before[d] + after[d] - reach[d]) % stride[d] > 0;
    return overhangs && floor[d] * stride[d] < extent[d] + before[d] ? floor[d] + 1 : floor[d];
  });
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
  const { window, stride, before, dilation } = geometry;
  const span = (d: 0 | 1, tap: number): readonly [from: number, to: number, at: number] => {
    const at = tap * dilation[d] - before[d];
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
