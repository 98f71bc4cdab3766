// What is wrong with a random network, if anything: the check that it fails, or what was thrown on the way.

import type { OpRegistry } from '../../src/ir/op.ts';
import { caseOf } from './checks.ts';
import type { Check, RandomCase } from './checks.ts';
import type { Recipe } from './recipe.ts';

export interface Failure {
  /** Equal for what is likely the same fault. */
  readonly kind: string;
  readonly message: string;
}

export interface Trial {
  readonly recipe: Recipe;
  readonly checks: readonly Check<RandomCase>[];
  readonly ops: OpRegistry;
  /** The command that looks at the network of a seed alone. */
  readonly again?: (seed: number) => string;
}

export interface Watch {
  readonly example: (example: RandomCase) => void;
  readonly difference: (check: string, difference: number) => void;
}

export async function failureOf({ recipe, checks, ops }: Trial, watch?: Watch): Promise<Failure | undefined> {
  let stage = 'passes';
  try {
    const example = caseOf(recipe, ops);
    watch?.example(example);
    for (const { name, bound, difference } of checks) {
      stage = name;
      const found = await difference(example, ops);
      watch?.difference(name, found);
      // Written so that NaN fails.
      if (!(found <= bound)) return { kind: name, message: `${name}: difference ${found}, allowed ${bound}` };
    }
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    // Numbers and names of layers change when a network shrinks.
    return { kind: `${stage}: ${text.replace(/\d+/g, '#')}`, message: `${stage}: ${error instanceof Error ? (error.stack ?? text) : text}` };
  }
}
