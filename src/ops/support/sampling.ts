// Draws for the samples of property tests. `random` is uniform in [0, 1).

import type { Batch } from '../../ir/graph.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Padding, Pair } from '../../ir/attributes.ts';
import { paddingSides, reachOf } from './window.ts';
import type { WindowAttrs } from './window.ts';

/** Two shards of two samples: the least that tells shards, samples and their order apart. */
export const sampleBatch: Batch = { samples: 4, shards: 2 };

/** An integer from..to, both included. */
export function between(random: () => number, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

export function choose<T>(random: () => number, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** An activation: mostly images, or flat. */
export function activationShape(random: () => number): Shape {
  const kind = random();
  const extents = kind < 0.65 ? 2 : kind < 0.85 ? 0 : kind < 0.95 ? 1 : 3;
  return [sampleBatch.samples, between(random, 1, 5), ...Array.from({ length: extents }, () => between(random, 1, extents === 3 ? 3 : 5))];
}

/** Any small tensor. */
export function anyShape(random: () => number): Shape {
  return Array.from({ length: between(random, 1, 4) }, () => between(random, 1, 4));
}

export interface SampledWindow {
  readonly attrs: WindowAttrs;
  readonly extent: Pair;
}

/** A window and an input it fits; `pool`: such that every window holds an element. */
export function sampleWindow(random: () => number, pool: boolean): SampledWindow {
  const draw = (from: number, to: number): Pair => [between(random, from, to), between(random, from, to)];
  const window = draw(1, 3);
  const stride = draw(1, 3);
  const dilation: Pair = random() < 0.6 ? [1, 1] : draw(1, 2);
  const reach = reachOf({ window, dilation });
  const most: Pair = pool ? [reach[0] - 1, reach[1] - 1] : [2, 2];
  const side = (d: 0 | 1): number => between(random, 0, most[d]);
  const kind = random();
  const padding: Padding = kind < 0.5 ? [0, 0] : kind < 0.75 ? [side(0), side(1)] : [side(0), side(0), side(1), side(1)];
  const [top, bottom, left, right] = paddingSides(padding);
  const least = (d: 0 | 1, sides: number): number => Math.max(pool ? dilation[d] : 1, reach[d] - sides) + between(random, 0, 4);
  return { attrs: { window, stride, padding, dilation }, extent: [least(0, top + bottom), least(1, left + right)] };
}
