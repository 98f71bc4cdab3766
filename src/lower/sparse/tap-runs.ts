// Taps of a row in runs along the tile axis: a vector of `b` that several taps of a run meet is loaded once for all of
// them. A 2-D filter of 3 x 3 whose tile walks down y, in runs of 3:
//
//   taps       (0, a) (1, b) (2, c) (20, d) (21, e) (22, f) (40, g) (41, h) (42, i)      rows of b are 20 apart
//   runs       (0: a d g) (1: b e h) (2: c f i)
//
// A run in which a tap is missing holds a zero there.

import type { Tap } from './sparse-sum.ts';

export interface TapRun {
  /** Elements that `b` is moved by for the first tap. */
  readonly offset: number;
  readonly weights: readonly number[];
}

/** @param pitch Elements of `b` from tap to tap of a run. */
export function tapRunsOf(taps: readonly Tap[], pitch: number, length: number): readonly TapRun[] {
  if (length === 1) return taps.map(({ weight, offset }) => ({ offset, weights: [weight] }));
  const left = new Map(taps.map(({ weight, offset }) => [offset, weight]));
  return taps.flatMap(({ offset }): readonly TapRun[] => {
    if (!left.has(offset)) return [];
    const weights = Array.from({ length }, (_, i) => {
      const at = offset + i * pitch;
      const weight = left.get(at) ?? 0;
      left.delete(at);
      return weight;
    });
    return [{ offset, weights }];
  });
}
