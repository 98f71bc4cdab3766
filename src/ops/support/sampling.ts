// Draws for the samples of property tests. `random` is uniform in [0, 1).

import type { Batch } from '../../ir/graph.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Pair } from '../../ir/attributes.ts';
import type { WindowGeometry } from './window.ts';

/** Two shards of two samples: the least that tells shards, samples and their order apart. */
export const sampleBatch: Batch = { samples: 4, shards: 2 };

/** An integer from..to, both included. */
export function between(random: () => number, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

export function choose<T>(random: () => number, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** An activation of rank 4 or 2. */
export function activationShape(random: () => number): Shape {
  const channels = between(random, 1, 5);
  return random() < 0.7 ? [sampleBatch.samples, channels, between(random, 1, 5), between(random, 1, 5)] : [sampleBatch.samples, channels];
}

/** Any small tensor. */
export function anyShape(random: () => number): Shape {
  return Array.from({ length: between(random, 1, 4) }, () => between(random, 1, 4));
}

export interface SampledWindow {
  readonly attrs: WindowGeometry;
  readonly extent: readonly [number, number];
}

/** A window and an input it fits; `pool` keeps the padding below the window, without dilation. */
export function sampleWindow(random: () => number, pool: boolean): SampledWindow {
  const pair = (from: number, to: number): Pair => [between(random, from, to), between(random, from, to)];
  const window = pair(1, 3);
  const stride = pair(1, 3);
  const dilation: Pair = pool || random() < 0.6 ? [1, 1] : pair(1, 2);
  const padding: Pair = random() < 0.5 ? [0, 0] : pool ? [between(random, 0, window[0] - 1), between(random, 0, window[1] - 1)] : pair(0, 2);
  const extent = ([0, 1] as const).map((d) => Math.max(1, dilation[d] * (window[d] - 1) + 1 - 2 * padding[d]) + between(random, 0, 4));
  return { attrs: { window, stride, padding, dilation }, extent: [extent[0] ?? 1, extent[1] ?? 1] };
}
