// Every op that is lowered, on every target, from its `sample` against its `reference`.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deployed } from '../lower/harness.ts';
import { conformanceError, formsOf, lowerable } from './support.ts';

describe.each(deployed)('$name', (engine) => {
  describe.each(lowerable)('$name', (op) => {
    test.each(formsOf(op))('%s', { timeout: 60_000 }, (form) => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          expect(conformanceError(op, seed, form, engine)).toBeLessThanOrEqual(1);
        }),
        { numRuns: 5 },
      );
    });
  });
});
