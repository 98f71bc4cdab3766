// Every op's nests, interpreted, give what its reference gives.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpretLowered } from '../../src/ir/interpret-nest.ts';
import { ops } from '../../src/ops/index.ts';
import { draw, relativeDifference } from './support.ts';

describe('nests agree with the reference', () => {
  for (const [name, op] of ops) {
    const { lower } = op;
    if (!lower) continue;
    test(`nests of ${name}`, () => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const { attrs, inputs, batch, operands } = draw(op, seed);
          const results = op.infer(attrs, inputs, batch);
          const expected = op.reference(attrs, operands, batch);
          const found = interpretLowered(lower({ attrs, results }, inputs, batch), operands, results);
          for (const [i, shape] of results.entries()) {
            expect(expected[i]?.shape).toEqual(shape);
            expect(relativeDifference(found[i]?.data ?? [], expected[i]?.data ?? [])).toBeLessThan(1e-12);
          }
        }),
        { numRuns: 40 },
      );
    });
  }
});
