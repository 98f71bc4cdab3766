// Taps of a row in runs along the tile axis: a vector of `b` that several taps of a run meet is loaded once for all of
// them. A 2-D filter of 3 x 3 whose tile walks down y, in runs of 3:
//
//   taps       (0, a) (1, b) (2, c) (20, d) (21, e) (22, f) (40, g) (41, h) (42, i)      rows of b are 20 apart
//   runs       (0: a d g) (1: b e h) (2: c f i)
//
// A run in which a tap is missing holds a zero there. It stands within the window all the same: past that may lie
// anything, and zero times anything is not always zero.

import type { Tap } from './sparse-sum.ts';

export interface TapRun {
  /** Elements that `b` is moved by for the first tap. */
  readonly offset: number;
  readonly weights: readonly number[];
}

/**
 * One run at least; undefined where the window has no room for one that a tap needs.
 * @param window Where taps can be, those of weight zero too.
 * @param pitch Elements of `b` from tap to tap of a run.
 */
export function tapRunsOf(taps: readonly Tap[], window: ReadonlySet<number>, pitch: number, length: number): readonly TapRun[] | undefined {
  const left = new Map(taps.map(({ weight, offset }) => [offset, weight]));
  const runs: TapRun[] = [];
  // What a run has taken is gone when its turn comes.
  for (const offset of taps.length > 0 ? left.keys() : [...window].slice(0, 1)) {
    const start = startOfRun(offset, window, pitch, length);
    if (start === undefined) return undefined;
    const places = placesOf(start, pitch, length);
    runs.push({ offset: start, weights: places.map((place) => left.get(place) ?? 0) });
    for (const place of places) left.delete(place);
  }
  return runs;
}

/** The last place from which a run within the window reaches a tap. */
function startOfRun(offset: number, window: ReadonlySet<number>, pitch: number, length: number): number | undefined {
  return Array.from({ length }, (_, back) => offset - back * pitch).find((start) => placesOf(start, pitch, length).every((place) => window.has(place)));
}

function placesOf(start: number, pitch: number, length: number): readonly number[] {
  return Array.from({ length }, (_, i) => start + i * pitch);
}
