// Emitted training steps against the float64 evaluation of the same graph.

import { describe, expect, test } from 'vitest';
import { targets } from './harness.ts';
import { stepError } from './training-error.ts';
import { networks, structureUpdates, updates } from './training-cases.ts';

/** Relative to the largest value of a tensor. */
const bar = 1e-3;

/** Branches beside a shortcut; unequal convolution groups. */
const structured: readonly string[] = ['residual with batch norm', 'grouped, dilated, strided'];

describe.each(targets)('$name', (engine) => {
  describe.each(Object.entries(networks).filter(([name]) => structured.includes(name)))('structures of %s', (_, network) => {
    test.each(structureUpdates)('%s', { timeout: 60_000 }, (update) => {
      expect(stepError(network, update, { samples: 4, shards: 2 }, 1, engine)).toBeLessThanOrEqual(bar);
    });
  });

  describe.each(Object.entries(networks))('%s', (name, network) => {
    // Every update on the large one would only take time.
    test.each(name === 'many channels' ? updates.slice(1, 2) : updates)('%s', { timeout: 60_000 }, (update) => {
      expect(stepError(network, update, { samples: 4, shards: 2 }, 1, engine)).toBeLessThanOrEqual(bar);
    });
  });
});
