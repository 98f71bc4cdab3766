// The target that `--target` names.

import { didYouMean } from '../base/suggest.ts';
import { kernelTargets } from '../targets/index.ts';
import type { KernelTarget } from '../targets/target.ts';
import { UsageError } from './exit-code.ts';

/** @throws UsageError */
export function targetNamed(name: string): KernelTarget {
  const found = kernelTargets.find((target) => target.name === name);
  if (found) return found;
  const known = kernelTargets.map((target) => target.name);
  throw new UsageError(`there is no target '${name}': ${didYouMean(name, known) ?? `known: ${known.join(', ')}`}`);
}
