// Recipes that are one step simpler than a given one, large steps first: a network cut short, a layer, an output or
// a mask dropped, extents and attributes smaller, weights small integers. No step makes anything larger, so shrinking
// comes to an end. A layer that no longer fits what it reads is dropped with the layer that made it fit.

import { present } from '../../src/base/invariant.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import type { Shape } from '../../src/base/tensor.ts';
import type { Attrs, AttrValue } from '../../src/ir/graph.ts';
import type { OpRegistry } from '../../src/ir/op.ts';
import { batchOf, denseProgram, fit } from './build.ts';
import { masksThatFit } from './masks.ts';
import { inputName } from './recipe.ts';
import type { LayerRecipe, Mask, Recipe } from './recipe.ts';

export function* simplerRecipes(recipe: Recipe, ops: OpRegistry): Generator<Recipe> {
  for (const change of changes(recipe)) {
    const simpler = mended(change, ops);
    if (simpler) yield simpler;
  }
}

function* changes(recipe: Recipe): Generator<Recipe> {
  const { layers, outputs, masks, input, weights } = recipe;
  for (const { name } of layers) if (outputs.length > 1 || name !== outputs[0]) yield { ...recipe, outputs: [name] };
  if (outputs.length > 1) for (const dropped of outputs) yield { ...recipe, outputs: outputs.filter((name) => name !== dropped) };
  if (masks.length > 1) yield { ...recipe, masks: [] };
  for (const { name, operands } of layers) for (const operand of new Set(operands)) yield withoutLayer(recipe, name, operand);
  for (const [i] of masks.entries()) yield { ...recipe, masks: masks.toSpliced(i, 1) };
  const [samples = 1, ...sample] = input;
  if (sample.length > 1) yield { ...recipe, input: [samples, sizeOf(sample)] };
  for (const smaller of smallerLists(input, 1)) yield { ...recipe, input: smaller };
  for (const [i, layer] of layers.entries()) for (const attrs of smallerAttrs(layer.attrs)) yield { ...recipe, layers: layers.with(i, { ...layer, attrs }) };
  for (const [i, mask] of masks.entries()) for (const fewer of fewerZeros(mask)) yield { ...recipe, masks: masks.with(i, fewer) };
  if (weights !== 'integers') yield { ...recipe, weights: 'integers' };
}

/** The readers of a layer read one of its operands in its place. */
function withoutLayer(recipe: Recipe, dropped: string, operand: string): Recipe {
  const kept = (name: string): string => (name === dropped ? operand : name);
  return {
    ...recipe,
    layers: recipe.layers.filter(({ name }) => name !== dropped).map((layer) => ({ ...layer, operands: layer.operands.map(kept) })),
    outputs: recipe.outputs.map(kept),
  };
}

/** Without the layers that do not fit or that no output needs, and without their masks; undefined if no layer is left. */
function mended(recipe: Recipe, ops: OpRegistry): Recipe | undefined {
  const shapes = new Map<string, Shape>([[inputName, recipe.input]]);
  let fitting = recipe;
  for (const { name } of recipe.layers) {
    const layer = present(fitting.layers.find((each) => each.name === name), name);
    const fitted = fit(present(ops.get(layer.op), layer.op), layer.attrs, layer.operands.map((operand) => present(shapes.get(operand), operand)), batchOf(recipe));
    const [operand] = layer.operands;
    if (fitted) shapes.set(name, fitted.result);
    // A constant has no operand that could take its place.
    else if (operand === undefined) return undefined;
    else fitting = withoutLayer(fitting, name, operand);
  }
  if (fitting.outputs.includes(inputName)) return undefined;
  const layers = neededLayers(fitting);
  const mendedRecipe = { ...fitting, layers, outputs: [...new Set(fitting.outputs)] };
  return { ...mendedRecipe, masks: masksThatFit(recipe.masks, denseProgram(mendedRecipe, ops), ops) };
}

function neededLayers({ layers, outputs }: Recipe): readonly LayerRecipe[] {
  const needed = new Set(outputs);
  for (const { name, operands } of layers.toReversed()) if (needed.has(name)) for (const operand of operands) needed.add(operand);
  return layers.filter(({ name }) => needed.has(name));
}

function* smallerAttrs(attrs: Attrs): Generator<Attrs> {
  for (const [name, value] of Object.entries(attrs)) for (const smaller of smallerValues(value)) yield { ...attrs, [name]: smaller };
}

/** What is too small for an op does not fit. */
function smallerValues(value: AttrValue): readonly AttrValue[] {
  if (typeof value === 'number') return smallerNumbers(value, 0);
  if (typeof value === 'boolean') return value ? [false] : [];
  if (typeof value === 'string') return [];
  return smallerLists(value.filter((item) => typeof item === 'number'), 0);
}

/** Lists with one of the numbers smaller. */
function smallerLists(list: readonly number[], least: number): readonly (readonly number[])[] {
  return list.flatMap((value, i) => smallerNumbers(value, least).map((smaller) => list.with(i, smaller)));
}

function smallerNumbers(value: number, least: number): readonly number[] {
  if (!Number.isInteger(value)) return [];
  return [...new Set([least, Math.ceil(value / 2), value - 1])].filter((smaller) => smaller >= least && smaller < value);
}

function fewerZeros(mask: Mask): readonly Mask[] {
  const { dead } = mask;
  const half = Math.ceil(dead.length / 2);
  const parts = dead.length > 2 ? [dead.slice(0, half), dead.slice(half)] : [];
  const fewer = dead.length > 1 && dead.length <= 16 ? dead.map((_, i) => dead.toSpliced(i, 1)) : [];
  const weightsAlone = 'whole' in mask && mask.whole ? [{ ...mask, whole: false }] : [];
  return [...weightsAlone, ...[...parts, ...fewer].map((rest) => ({ ...mask, dead: rest }))];
}
