// What an option names: a target of `--target`, a type of `--weights-as`.

import { didYouMean } from '../base/suggest.ts';
import { UsageError } from './exit-code.ts';

/** @param what What the names are of, in a word or two. @throws UsageError */
export function namedItem<Item extends { readonly name: string }>(what: string, name: string, items: readonly Item[]): Item {
  const found = items.find((item) => item.name === name);
  if (found) return found;
  const known = items.map((item) => item.name);
  throw new UsageError(`there is no ${what} '${name}': ${didYouMean(name, known) ?? `known: ${known.join(', ')}`}`);
}
