// Sets of places in a window, ascending, each with a number, and something that is counted once a set. A layer of millions
// of weights meets the same few sets again and again, one weight after the other, so a set is the number of the set before
// its last place and that place.

export class TapSets {
  /** The number of the set without places; its count is 0. */
  readonly empty = 0;
  readonly #positions: number;
  readonly #count: (taps: readonly number[]) => number;
  readonly #longer = new Map<number, number>();
  readonly #taps: (readonly number[])[] = [[]];
  readonly #counts: (number | undefined)[] = [0];

  /** @param positions Places in the window: taps are below. */
  constructor(positions: number, count: (taps: readonly number[]) => number) {
    this.#positions = positions;
    this.#count = count;
  }

  /** The set with one more place, which comes after those it has. */
  with(set: number, tap: number): number {
    const key = set * this.#positions + tap;
    const known = this.#longer.get(key);
    if (known !== undefined) return known;
    const made = this.#taps.length;
    this.#taps.push([...(this.#taps[set] ?? []), tap]);
    this.#counts.push(undefined);
    this.#longer.set(key, made);
    return made;
  }

  /** What is counted of the set. */
  outputs(set: number): number {
    return (this.#counts[set] ??= this.#count(this.#taps[set] ?? []));
  }
}
