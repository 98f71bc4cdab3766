// Dead layers and branches of residual networks; `npm run test:random -- --depth 300` looks at more of them.

import { expect, it } from 'vitest';
import { ops } from '../../src/ops/index.ts';
import { depthResult } from '../random/depth.ts';

it('dead branches go whole and exactly, or what stays of them says why', () => {
  const results = Array.from({ length: 40 }, (_, i) => ({ seed: i + 1, ...depthResult(i + 1, ops) }));
  expect(results.filter(({ faults }) => faults.length > 0)).toEqual([]);
  const total = (of: 'dead' | 'removed' | 'branches'): number => results.reduce((sum, result) => sum + result[of], 0);
  expect(total('dead')).toBeGreaterThan(40);
  expect(total('dead')).toBeLessThan(total('branches'));
  // Most of them are constant.
  expect(total('removed')).toBeGreaterThan(0.8 * total('dead'));
  expect(total('removed')).toBeLessThan(total('dead'));
});
