// What inference says to shapes that do not fit, in a person's words; and what it counts.

import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import type { Shape } from '../../src/base/tensor.ts';
import type { Attrs } from '../../src/ir/graph.ts';
import { ShapeError } from '../../src/ir/op.ts';
import { ops } from '../../src/ops/index.ts';

const conv = (over: Attrs = {}): Attrs => ({ filters: 4, window: [3, 3], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, bias: false, ...over });
const pool = (over: Attrs = {}): Attrs => ({ window: [2, 2], stride: [2, 2], padding: [0, 0], ...over });

const cases: readonly (readonly [op: string, attrs: Attrs, inputs: readonly Shape[], message: string])[] = [
  ['conv', conv({ window: [5, 5] }), [[1, 2, 4, 6], [4, 2, 5, 5]], 'window 5x5 is larger than its input 4x6'],
  ['conv', conv({ window: [3, 3], dilation: [4, 4], padding: [1, 1] }), [[1, 2, 6, 6], [4, 2, 3, 3]], 'window 3x3 (dilated to 9x9) is larger than its input 6x6 (8x8 with padding)'],
  ['conv', conv({ groups: 3 }), [[1, 4, 6, 6], [4, 1, 3, 3]], 'groups 3 do not divide 4 input channels'],
  ['conv', conv({ groups: 3 }), [[1, 6, 6, 6], [4, 2, 3, 3]], 'groups 3 do not divide 4 filters'],
  ['conv', conv({ stride: [0, 1] }), [[1, 2, 6, 6], [4, 2, 3, 3]], 'stride must be whole numbers from 1, not 0x1'],
  ['conv', conv({ filters: 1.5 }), [[1, 2, 6, 6], [4, 2, 3, 3]], 'filters must be a whole number from 1, not 1.5'],
  ['conv', conv(), [[1, 10], [4, 2, 3, 3]], 'conv takes images of shape [channels, rows, columns], not [10]'],
  ['conv', conv(), [[1, 2, 6, 6], [4, 3, 3, 3]], 'the weight of conv has shape [4, 3, 3, 3], expected [4, 2, 3, 3]'],
  ['conv', conv({ filters: 2 ** 50 }), [[1, 2, 6, 6], [2 ** 50, 2, 3, 3]], 'the weight of conv would have shape [1125899906842624, 2, 3, 3], which is too large'],
  ['dense', { units: 3, bias: false }, [[1, 2, 3, 3], [3, 18]], 'dense takes a flat list of features, not [2, 3, 3]'],
  ['dense', { units: 3, bias: true }, [[1, 18], [3, 18], [4]], 'the bias of dense has shape [4], expected [3]'],
  ['max_pool', pool({ window: [7, 7] }), [[1, 2, 6, 6]], 'window 7x7 is larger than its input 6x6'],
  ['avg_pool', pool({ padding: [2, 2] }), [[1, 2, 6, 6]], 'padding 2x2 leaves windows 2x2 that hold no element'],
  ['add', {}, [[1, 2, 6, 6], [1, 3, 6, 6]], 'add takes operands of one shape, not [2, 6, 6] and [3, 6, 6]'],
  ['flatten', {}, [[1, 10]], 'flatten takes images of shape [channels, rows, columns], not [10]'],
  ['batch_norm', { epsilon: 0, momentum: 0.1 }, [[1, 2], [2], [2], [2], [2]], 'epsilon must be positive, not 0'],
  ['batch_norm', { epsilon: 1e-5, momentum: 2 }, [[1, 2], [2], [2], [2], [2]], 'momentum must be from 0 to 1, not 2'],
  ['dropout', { rate: 1 }, [[1, 2]], 'rate must be from 0 to below 1, not 1'],
  ['normalize_input', { mean: [0, 0], deviation: [1] }, [[1, 3, 2, 2]], 'mean has 2 entries for 3 input channels'],
  ['normalize_input', { mean: [0], deviation: [0] }, [[1, 3, 2, 2]], 'deviations must be positive and means finite'],
  ['softmax', {}, [[1, 2, 3, 3]], 'softmax takes a flat list of features, not [2, 3, 3]'],
];

describe('shapes that do not fit', () => {
  for (const [name, attrs, inputs, message] of cases) {
    test(`${name}: ${message}`, () => {
      const infer = (): unknown => present(ops.get(name), name).infer(attrs, inputs, { samples: 1, shards: 1 });
      expect(infer).toThrow(ShapeError);
      expect(infer).toThrow(message);
    });
  }
});

test('a window may cover padding, and leaves what does not fill it', () => {
  const infer = (attrs: Attrs, input: Shape): unknown => present(ops.get('max_pool'), 'max_pool').infer(attrs, [input], { samples: 1, shards: 1 });
  expect(infer(pool({ window: [3, 3] }), [1, 2, 6, 6])).toEqual([[1, 2, 2, 2]]);
  expect(infer(pool({ window: [3, 3], padding: [1, 0] }), [1, 2, 6, 6])).toEqual([[1, 2, 3, 2]]);
});

test('multiply-accumulates of LeNet are those of the papers', () => {
  const macs = (name: string, attrs: Attrs, inputs: readonly Shape[]): number | undefined => present(ops.get(name), name).macs?.(attrs, inputs);
  expect(macs('conv', conv({ filters: 20, window: [5, 5] }), [[1, 1, 28, 28], [20, 1, 5, 5]])).toBe(288_000);
  expect(macs('conv', conv({ filters: 50, window: [5, 5] }), [[1, 20, 12, 12], [50, 20, 5, 5]])).toBe(1_600_000);
  expect(macs('conv', conv({ filters: 50, window: [5, 5], groups: 2 }), [[1, 20, 12, 12], [50, 10, 5, 5]])).toBe(800_000);
  expect(macs('dense', { units: 500, bias: true }, [[1, 800], [500, 800], [500]])).toBe(400_000);
  expect(macs('tap_dense', { units: 10, taps: [0, 4, 7], bias: true }, [[1, 800], [10, 3], [10]])).toBe(30);
  const taps = { filters: [2, 3], taps: [[0, 1], [5]], window: [5, 5], stride: [1, 1], padding: [0, 0], dilation: [1, 1], bias: false };
  expect(macs('tap_conv', taps, [[1, 1, 28, 28], [7]])).toBe(24 * 24 * 7);
});
