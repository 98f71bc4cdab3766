// Every op's nests, interpreted, give what its reference gives; in f32 they do so within the op's tolerance.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { interpretLowered } from '../../src/ir/interpret-nest.ts';
import { foldedPoints } from '../../src/ir/nest.ts';
import { ops } from '../../src/ops/index.ts';
import { draw, relativeDifference } from './support.ts';

const largest = (data: Float64Array): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('nests agree with the reference', () => {
  for (const [name, op] of ops) {
    const { lowering } = op;
    if (lowering.kind === 'leaf') continue;
    test(`nests of ${name}`, () => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const { attrs, inputs, batch, operands } = draw(op, seed);
          const results = op.infer(attrs, inputs, batch);
          const expected = op.reference(attrs, operands, batch);
          const found = interpretLowered(lowering.lower({ attrs, results }, inputs, batch), operands, results);
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

describe('nests in f32 stay within the tolerance', () => {
  for (const [name, op] of ops) {
    const { lowering } = op;
    if (lowering.kind === 'leaf') continue;
    test(`rounding of ${name}`, () => {
      for (let seed = 0; seed < 60; seed++) {
        const { attrs, inputs, batch, operands } = draw(op, seed);
        const single = operands.map(({ shape, data }) => tensor(shape, data.map(Math.fround)));
        const results = op.infer(attrs, inputs, batch);
        const { nests, temporaries } = lowering.lower({ attrs, results }, inputs, batch);
        const found = interpretLowered({ nests, temporaries }, single, results, Math.fround);
        const expected = op.reference(attrs, single, batch);
        // What sums add up to without cancellation; operands are of order one.
        const magnitudes = op.reference(attrs, single.map(({ shape, data }) => tensor(shape, data.map(Math.abs))), batch);
        for (const [r, { data }] of expected.entries()) {
          const scale = Math.max(1, largest(data), largest(present(magnitudes[r], 'result').data));
          const error = largest(data.map((value, at) => value - present(found[r]?.data[at], 'element')));
          expect(error).toBeLessThanOrEqual(op.tolerance * 2 ** -24 * Math.sqrt(foldedPoints(nests)) * scale);
        }
      }
    });
  }
});
