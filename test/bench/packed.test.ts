import { expect, test } from 'vitest';
import { pack, unpack } from '../../bench/browser/packed.ts';

test('a page reads what Node packed: arrays of each kind in their places, all else as JSON', () => {
  const value = {
    name: 'caffenet/conv1/dense \u00e9',
    empty: new Float32Array(0),
    layers: [{ weights: Float32Array.of(1.5, -2, 3), model: Uint8Array.of(1, 2, 3), shape: [1, 2] }, { positions: Int32Array.of(-1, 7) }],
    // A view into a larger buffer.
    reference: Float64Array.of(0, Math.PI, Infinity, 4).subarray(1, 3),
    last: Uint8Array.of(9),
  };
  expect(unpack(pack(value))).toEqual({ ...value, reference: Float64Array.of(Math.PI, Infinity) });
});
