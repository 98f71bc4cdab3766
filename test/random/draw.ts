// Draws from a seed, one after another.

import { present } from '../../src/base/invariant.ts';
import { stream } from '../../src/base/random.ts';

export interface Draw {
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  readonly normal: () => number;
  /** An integer from `least` to `most`. */
  readonly integer: (least: number, most: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  readonly shuffle: <T>(items: readonly T[]) => T[];
}

export function draws(seed: number, name: string): Draw {
  const source = stream(seed, name);
  let next = 0;
  const uniform = (): number => source.uniform(next++);
  return {
    uniform,
    normal: () => source.normal(next++),
    integer: (least, most) => least + Math.floor(uniform() * (most - least + 1)),
    chance: (probability) => uniform() < probability,
    pick: (items) => present(items[Math.floor(uniform() * items.length)], 'item to pick'),
    shuffle: (items) =>
      items
        .map((item) => ({ item, key: uniform() }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ item }) => item),
  };
}
