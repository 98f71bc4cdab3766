import { expect, test } from 'vitest';
import { cyclesOf, tilesOf } from '../../../src/lower/contraction/tile.ts';
import type { Tile } from '../../../src/lower/contraction/tile.ts';
import { wasmMachine } from '../../../src/targets/wasm/machine.ts';

const layers = [
  ["CaffeNet's conv1", 55, 24, 363, [5, 2]],
  ["CaffeNet's conv2", 27, 32, 1200, [5, 2]],
  ["CaffeNet's conv3", 13, 96, 2304, [5, 2]],
  ['a row that four points divide', 8, 13, 500, [4, 2]],
  ['a single point', 1, 125, 800, [1, 6]],
] as const;

test.each(layers)('the register tile of %s', (_, points, vectors, steps, [tilePoints, tileVectors]) => {
  const tiles = tilesOf(points, vectors, wasmMachine);
  const cycles = (tile: Tile): number => cyclesOf(tile, points, vectors, steps, wasmMachine.costs);
  expect(tiles.toSorted((a, b) => cycles(a) - cycles(b))[0]).toEqual({ points: tilePoints, vectors: tileVectors });
});

test.each([4, 5, 6, 8])('the register tiles suit a core that issues %i operations a cycle', (issue) => {
  const core = { ...wasmMachine.costs, issue };
  for (const [, points, vectors, steps, [tilePoints, tileVectors]] of layers) {
    const cycles = (tile: Tile): number => cyclesOf(tile, points, vectors, steps, core);
    const least = Math.min(...tilesOf(points, vectors, wasmMachine).map(cycles));
    expect(cycles({ points: tilePoints, vectors: tileVectors }) / least).toBeLessThan(1.02);
  }
});

test('where few operations are issued in a cycle, they bound a tile', () => {
  // Four by two: eight products of a multiply and an add, and six words.
  const cycles = (issue: number): number => cyclesOf({ points: 4, vectors: 2 }, 4, 2, 1, { issue, products: 2, loads: 2, latency: 3, loop: 0, call: 0 }) - 8;
  expect([4, 5, 8].map(cycles)).toEqual([22 / 4, 22 / 5, 4]);
});

test('tiles fill the registers and do not run over', () => {
  const sizes = tilesOf(55, 24, wasmMachine).map(({ points, vectors }) => points * vectors + vectors + 2);
  expect(Math.max(...sizes)).toBe(wasmMachine.registers - 1);
});
