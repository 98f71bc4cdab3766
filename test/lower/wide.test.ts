// A few wide random networks of the many that `npm run test:random` tries.

import { expect, test } from 'vitest';
import { ops } from '../../src/ops/index.ts';
import { randomCase, wideChecks } from '../random/checks.ts';

test.each(wideChecks)('$name', { timeout: 60_000 }, ({ difference, bound }) => {
  for (let seed = 40; seed < 50; seed++) expect(difference(randomCase(seed, ops), ops), `seed ${seed}`).toBeLessThanOrEqual(bound);
});
