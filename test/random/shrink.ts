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
export function shrink(trial: Trial, { kind }: Failure): Recipe {
  const { checks, ops } = trial;
  // Of several checks it is the first to fail that counts, and those before it pass.
  const firstToFail = (recipes: Iterable<Recipe>): Recipe | undefined => {
    for (const recipe of recipes) if (failureOf({ recipe, checks, ops })?.kind === kind) return recipe;
    return undefined;
  };
  let smallest = trial.recipe;
  for (let simpler: Recipe | undefined = smallest; simpler; simpler = firstToFail(simplerRecipes(smallest, ops))) smallest = simpler;
  return smallest;
}

/** What is wrong with the network, told as a counterexample; undefined if it passes. */
export function faultOf(trial: Trial, watch?: Watch): string | undefined {
  const failure = failureOf(trial, watch);
  return failure && counterexample(trial, failure);
}

/** The failure, the smallest network that shows it, and how to see it again. */
function counterexample(trial: Trial, failure: Failure): string {
  const recipe = shrink(trial, failure);
  const { message = failure.message } = failureOf({ ...trial, recipe }) ?? {};
  return [
    message,
    '',
    `${printGraph(denseProgram(recipe, trial.ops).graph)}weights: ${recipe.weights}`,
    ...(recipe.masks.length === 0 ? ['no masks'] : recipe.masks.map(formatMask)),
    `again: npm run test:random -- --graphs 1 --seed ${recipe.seed}`,
  ].join('\n');
}

function formatMask(mask: Mask): string {
  if ('parameter' in mask) return `zero: ${mask.parameter} [${mask.dead.join(', ')}]`;
  return `zero: ${structureTitle(mask)} of ${mask.layer} [${mask.dead.join(', ')}], ${mask.whole ? 'with bias and batch norm' : 'the weights alone'}`;
}
