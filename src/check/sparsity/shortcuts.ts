// What may be removed whole: layers with a way around them, and the branches beside shortcuts.

import { nodeMap } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import type { Network } from '../../ir/network.ts';
import type { Structure } from '../../ir/structure.ts';
import { branchFinder, withoutShortcut } from '../../sparsity/branches.ts';
import type { Layer } from '../network/layer.ts';

export interface Shortcuts {
  /** Whether the network goes on without what the layer loses: itself, or, where it joins others, a branch. */
  readonly leadAround: (layer: Layer) => boolean;
}

/** @param network Absent: it has been reported, and every layer may have had one. */
export function findShortcuts(network: Network | undefined): Shortcuts {
  let alone: ReadonlySet<number> | undefined;
  let branchOf: ReturnType<typeof branchFinder> | undefined;
  let nodes: ReadonlyMap<number, Node> | undefined;
  const leadAround = ({ checked }: Layer): boolean => {
    if (!network || !checked) return true;
    const { value, axes } = checked;
    nodes ??= nodeMap(network.graph);
    const join = axes ? undefined : nodes.get(value.node);
    branchOf ??= branchFinder(network);
    if (join) return branchOf(join) !== undefined;
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
