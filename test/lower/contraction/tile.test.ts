import { expect, test } from 'vitest';
import { cyclesOf, tilesOf } from '../../../src/lower/contraction/tile.ts';
import { wasmMachine } from '../../../src/targets/wasm/machine.ts';

test.each([
  ["CaffeNet's conv1", 55, 24, 363, [5, 2]],
  ["CaffeNet's conv2", 27, 32, 1200, [5, 2]],
  ["CaffeNet's conv3", 13, 96, 2304, [5, 2]],
  ['a row that four points divide', 8, 13, 500, [4, 2]],
  ['a single point', 1, 125, 800, [1, 6]],
] as const)('the register tile of %s', (_, points, vectors, steps, [tilePoints, tileVectors]) => {
  const tiles = tilesOf(points, vectors, wasmMachine);
  const cycles = (tile: (typeof tiles)[number]): number => cyclesOf(tile, points, vectors, steps, wasmMachine.costs);
  expect(tiles.toSorted((a, b) => cycles(a) - cycles(b))[0]).toEqual({ points: tilePoints, vectors: tileVectors });
});

test('tiles fill the registers and do not run over', () => {
  const sizes = tilesOf(55, 24, wasmMachine).map(({ points, vectors }) => points * vectors + vectors + 2);
  expect(Math.max(...sizes)).toBe(wasmMachine.registers - 1);
});
