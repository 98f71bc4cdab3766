// Nothing of the language is missing from random networks.

import { expect, it } from 'vitest';
import { ops } from '../../src/ops/index.ts';
import { structureNames } from '../../src/ir/structure.ts';
import { drawRecipe } from './draw-recipe.ts';

const recipes = Array.from({ length: 300 }, (_, i) => drawRecipe(1000 + i, ops));

it('every op of the language occurs', () => {
  const drawn = new Set(recipes.flatMap(({ layers }) => layers.map(({ op }) => op)));
  expect([...ops.values()].filter(({ name, syntax }) => syntax && !drawn.has(name)).map(({ name }) => name)).toEqual([]);
});

it('every structure is masked', () => {
  const drawn = new Set(recipes.flatMap(({ masks }) => masks.flatMap((mask) => ('structure' in mask ? [mask.structure] : []))));
  expect(structureNames.filter((name) => !drawn.has(name))).toEqual([]);
});

it('some networks have several outputs, some end as images, some take vectors', () => {
  expect(recipes.filter(({ outputs }) => outputs.length > 1).length).toBeGreaterThan(30);
  expect(recipes.filter(({ layers }) => !layers.some(({ op }) => op === 'flatten')).length).toBeGreaterThan(30);
  expect(recipes.filter(({ input }) => input.length === 2).length).toBeGreaterThan(15);
});
