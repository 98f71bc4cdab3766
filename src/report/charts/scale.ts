// From values to places in a chart, and the values that stand at an axis.

export interface Scale {
  readonly place: (value: number) => number;
  /** Round values within the range, ascending. */
  readonly ticks: readonly number[];
}

/** From `from` to `to` of the drawing for 0 to the largest value, or a little more. @param most Ticks beside 0. */
export function linearScale(largest: number, [from, to]: readonly [number, number], most = 4): Scale {
  const step = roundStep((largest > 0 ? largest : 1) / most);
  const count = Math.max(1, Math.ceil((largest / step) * (1 - 1e-9)));
  const top = count * step;
  return {
    place: (value) => from + ((to - from) * value) / top,
    // A product, not a sum: 3 * 0.1 is rounded once.
    ticks: Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12))),
  };
}

/** Between round values about the smallest and the largest, which differ by more than rounding. @param most Ticks, about. */
export function spanScale(smallest: number, largest: number, [from, to]: readonly [number, number], most: number): Scale {
  const step = roundStep((largest - smallest) / most);
  const [low, high] = [Math.floor((smallest / step) * (1 + 1e-9)), Math.ceil((largest / step) * (1 - 1e-9))];
  return {
    place: (value) => from + ((to - from) * (value / step - low)) / (high - low),
    ticks: Array.from({ length: high - low + 1 }, (_, i) => Number(((low + i) * step).toPrecision(12))),
  };
}

/** @param smallest Above zero. */
export function logarithmicScale(smallest: number, largest: number, [from, to]: readonly [number, number]): Scale {
  const [low, high] = [Math.floor(Math.log10(smallest)), Math.ceil(Math.log10(largest * (1 + 1e-9)))];
  const decades = Math.max(1, high - low);
  const every = Math.ceil(decades / 5);
  return {
    place: (value) => from + ((to - from) * (Math.log10(value) - low)) / decades,
    ticks: Array.from({ length: Math.floor(decades / every) + 1 }, (_, i) => Number((10 ** (low + i * every)).toPrecision(12))),
  };
}

/** Between two steps of 1, 2, 5, 10, 20 ..., for values that reach over a few decades. @param smallest Above zero. */
export function steppedLogarithmicScale(smallest: number, largest: number, [from, to]: readonly [number, number]): Scale {
  const ticks = [stepBelow(smallest)];
  // The next step after one is no more than half of it away.
  for (let last = ticks[0] as number; last < largest * (1 - 1e-9); ) ticks.push((last = roundStep(1.5 * last)));
  const [low, high] = [Math.log(ticks[0] as number), Math.log(Math.max(ticks.at(-1) as number, roundStep(1.5 * (ticks[0] as number))))];
  return { place: (value) => from + ((to - from) * (Math.log(value) - low)) / (high - low), ticks };
}

/** Whole numbers from 0 to `largest`, at most about `most`. */
export function wholeTicks(largest: number, most: number): readonly number[] {
  const step = Math.max(1, roundStep(largest / most));
  return Array.from({ length: Math.floor(largest / step) + 1 }, (_, i) => i * step);
}

/** The last of 1, 2, 5, 10, 20 ... up to `most`. */
function stepBelow(most: number): number {
  const decade = 10 ** Math.floor(Math.log10(most * (1 + 1e-9)));
  const factor = [5, 2].find((each) => each * decade <= most * (1 + 1e-9)) ?? 1;
  return Number((factor * decade).toPrecision(12));
}

/** The next of 1, 2, 5, 10, 20 ... from `least` on. */
function roundStep(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((each) => each * decade >= least * (1 - 1e-9)) ?? 10;
  return Number((factor * decade).toPrecision(12));
}
