// The target that `--target` names.

import { didYouMean } from '../base/suggest.ts';
import { UsageError } from './exit-code.ts';

/** @throws UsageError */
export function targetNamed<Target extends { readonly name: string }>(name: string, targets: readonly Target[]): Target {
  const found = targets.find((target) => target.name === name);
  if (found) return found;
  const known = targets.map((target) => target.name);
  throw new UsageError(`there is no target '${name}': ${didYouMean(name, known) ?? `known: ${known.join(', ')}`}`);
}
