// What may be removed of more than one layer, or of a layer whole: layers with a way around them, the branches beside
// shortcuts, and filters that several layers lose together.

import { nodeMap } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import type { Network } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { Structure } from '../../ir/structure.ts';
import { branchFinder, withoutShortcut } from '../../sparsity/branches.ts';
import { coupledSets } from '../../sparsity/coupling.ts';
import type { CoupledSet } from '../../sparsity/coupling.ts';
import type { Layer } from '../network/layer.ts';

export interface Removable {
  /** Whether the network goes on without what the layer loses: itself, or, where it joins others, a branch. */
  readonly whole: (layer: Layer) => boolean;
  /** The set of coupled filters that a layer is in; undefined where none of its filters can ever go. */
  readonly coupled: (layer: Layer) => CoupledSet | undefined;
}

/** @param network Absent: it has been reported, and every layer may have had one. */
export function findRemovable(network: Network | undefined, ops: OpRegistry): Removable {
  let alone: ReadonlySet<number> | undefined;
  let branchOf: ReturnType<typeof branchFinder> | undefined;
  let nodes: ReadonlyMap<number, Node> | undefined;
  const whole = ({ checked }: Layer): boolean => {
    if (!network || !checked) return true;
    const { value, axes } = checked;
    nodes ??= nodeMap(network.graph);
    const join = axes ? undefined : nodes.get(value.node);
    branchOf ??= branchFinder(network);
    if (join) return branchOf(join) !== undefined;
    alone ??= withoutShortcut(network.graph);
    return !alone.has(value.node);
  };
  let sets: ReadonlyMap<string, CoupledSet> | undefined;
  const coupled = ({ name }: Layer): CoupledSet | undefined => {
    if (!network) return undefined;
    sets ??= coupledSets(network, ops);
    return sets.get(name);
  };
  return { whole, coupled };
}

/** What to do about layers that no shortcut leads around. */
export function shortcutHelp({ key }: Structure): string {
  return key === 'branch'
    ? 'a branch has layers with weights that the sum alone reads: `add(x, conv(x, ...))`'
    : 'nothing gets past it: lead a shortcut around it, as `add(x, conv(x, ...))`, or penalise its filters or neurons';
}
