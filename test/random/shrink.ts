// Counterexamples made small, and told to people. The shrinker is our own: fast-check shrinks the draws that a value
// was made from, and a layer that is drawn otherwise makes others of all layers after it, so nothing that is left
// fails as before. Of a recipe, layers go while the rest stays what it was.

import { structureTitle } from '../../src/ir/structure.ts';
import { printGraph } from '../../src/ir/print.ts';
import { denseProgram } from './build.ts';
import { failureOf } from './failure.ts';
import type { Failure, Trial, Watch } from './failure.ts';
import type { Mask, Recipe } from './recipe.ts';
import { simplerRecipes } from './simpler.ts';

/** A recipe that fails in the same way, and of which none that is one step simpler does. */
export async function shrink(trial: Trial, { kind }: Failure): Promise<Recipe> {
  // Of several checks it is the first to fail that counts, and those before it pass.
  const firstToFail = async (recipes: Iterable<Recipe>): Promise<Recipe | undefined> => {
    for (const recipe of recipes) if ((await failureOf({ ...trial, recipe }))?.kind === kind) return recipe;
    return undefined;
  };
  let smallest = trial.recipe;
  for (let simpler: Recipe | undefined = smallest; simpler; simpler = await firstToFail(simplerRecipes(smallest, trial.ops))) smallest = simpler;
  return smallest;
}

/** What is wrong with the network, told as a counterexample; undefined if it passes. */
export async function faultOf(trial: Trial, watch?: Watch): Promise<string | undefined> {
  const failure = await failureOf(trial, watch);
  return failure && counterexample(trial, failure);
}

/** The failure, the smallest network that shows it, and how to see it again. */
async function counterexample(trial: Trial, failure: Failure): Promise<string> {
  const recipe = await shrink(trial, failure);
  const { message = failure.message } = (await failureOf({ ...trial, recipe })) ?? {};
  const { again = (seed) => `npm run test:random -- --graphs 1 --seed ${seed}` } = trial;
  return [
    message,
    '',
    `${printGraph(denseProgram(recipe, trial.ops).graph)}weights: ${recipe.weights}`,
    ...(recipe.masks.length === 0 ? ['no masks'] : recipe.masks.map(formatMask)),
    `again: ${again(recipe.seed)}`,
  ].join('\n');
}

function formatMask(mask: Mask): string {
  if ('parameter' in mask) return `zero: ${mask.parameter} [${mask.dead.join(', ')}]`;
  return `zero: ${structureTitle(mask)} of ${mask.layer} [${mask.dead.join(', ')}], ${mask.whole ? 'with bias and batch norm' : 'the weights alone'}`;
}
