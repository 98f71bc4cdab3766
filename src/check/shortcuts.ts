// What may be removed whole: layers with a way around them, and the branches beside shortcuts.

import type { Network } from '../ir/network.ts';
import type { Structure } from '../ir/structure.ts';
import { branchInto, withoutShortcut } from '../sparsity/branches.ts';
import type { Layer } from './layer.ts';

export interface Shortcuts {
  /** Whether the network goes on without what the layer loses: itself, or, where it joins others, a branch. */
  readonly leadAround: (layer: Layer) => boolean;
}

/** @param network Absent: it has been reported, and every layer may have had one. */
export function findShortcuts(network: Network | undefined): Shortcuts {
  let alone: ReadonlySet<number> | undefined;
  const leadAround = ({ checked }: Layer): boolean => {
    if (!network || !checked) return true;
    const { value, axes } = checked;
    const join = axes ? undefined : network.graph.nodes.find(({ id }) => id === value.node);
    if (join) return branchInto(join, network) !== undefined;
    alone ??= withoutShortcut(network.graph);
    return !alone.has(value.node);
  };
  return { leadAround };
}

/** What to do about layers that no shortcut leads around. */
export function shortcutHelp({ key }: Structure): string {
  return key === 'branch'
    ? 'a branch has layers with weights that the sum alone reads: `add(x, conv(x, ...))`'
    : 'nothing gets past it: lead a shortcut around it, as `add(x, conv(x, ...))`, or penalise its filters or neurons';
}
