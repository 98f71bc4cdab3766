// The target that `--target` names.

import { namedItem } from './named-option.ts';

/** @throws UsageError */
export function targetNamed<Target extends { readonly name: string }>(name: string, targets: readonly Target[]): Target {
  return namedItem('target', name, targets);
}
