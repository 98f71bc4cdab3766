// What to write instead of a name that is not known. A word of another framework gets what stands for it here; a slip
// of the pen the name that was meant; anything else the names there are.

import { nearest } from '../base/suggest.ts';
import { foreignWord } from './foreign-words.ts';
import type { Subject } from './foreign-words.ts';

export interface Advice {
  /** @param known Not looked at once the budget is spent. */
  readonly on: (subject: Subject | 'layer', name: string, known: Iterable<string>) => string | undefined;
  /** Without the names there are: for messages that give them themselves. */
  readonly meant: (subject: Subject | 'layer', name: string, known: Iterable<string>) => string | undefined;
}

/** Names compared for one file, which may have thousands of unknown names beside thousands of known ones. */
const BUDGET = 200_000;
/** More layers than this are no help; the words of the language are given whole. */
const MOST_LAYERS = 16;

export function advice(): Advice {
  let left = BUDGET;
  /** What is known, or as much of it as the budget allows. */
  const affordable = (known: Iterable<string>): readonly string[] => {
    const names: string[] = [];
    if (left <= 0) return names;
    for (const name of known) {
      names.push(name);
      if (--left <= 0) break;
    }
    return names;
  };
  const find = (subject: Subject | 'layer', name: string, names: readonly string[]): { readonly help: string; readonly missing: boolean } | undefined => {
    const foreign = subject === 'layer' ? undefined : foreignWord(subject, name, names);
    if (foreign) return foreign;
    const candidate = nearest(name, names);
    return candidate === undefined ? undefined : { help: `did you mean "${candidate}"?`, missing: false };
  };
  return {
    on: (subject, name, known) => {
      const names = affordable(known);
      const found = find(subject, name, names);
      if (found && !found.missing) return found.help;
      const list = names.length > 0 && (subject !== 'layer' || names.length <= MOST_LAYERS) && left > 0 ? `known: ${names.join(', ')}` : undefined;
      const parts = [found?.help, list].filter((part) => part !== undefined);
      return parts.length > 0 ? parts.join('; ') : undefined;
    },
    meant: (subject, name, known) => find(subject, name, affordable(known))?.help,
  };
}
