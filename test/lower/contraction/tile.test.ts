import { expect, test } from 'vitest';
import { chooseTile } from '../../../src/lower/contraction/tile.ts';
import { wasmMachine } from '../../../src/targets/wasm/machine.ts';

test.each([
  ["CaffeNet's conv1", 55, 24, 363, [5, 2]],
  ["CaffeNet's conv2", 27, 32, 1200, [5, 2]],
  ["CaffeNet's conv3", 13, 96, 2304, [5, 2]],
  ['a row that four points divide', 8, 13, 500, [4, 2]],
  ['a single point', 1, 125, 800, [1, 6]],
] as const)('the register tile of %s', (_, points, vectors, steps, [tilePoints, tileVectors]) => {
  expect(chooseTile(points, vectors, steps, wasmMachine.registers)).toMatchObject({ points: tilePoints, vectors: tileVectors });
});
