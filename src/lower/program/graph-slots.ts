// The slots of a graph's leaves. The graphs of a module share them by name, so that what one writes another reads.

import { invariant, present } from '../../base/invariant.ts';
import { sameShape } from '../../base/tensor.ts';
import { nodeMap, valueKey, type Graph, type Node, type Value } from '../../ir/graph.ts';
import { fedName } from '../../ir/leaf.ts';
import type { TensorLayout } from '../layouts/tensor-layout.ts';
import type { SlotName } from '../nests/placed-nest.ts';

/** Undefined for what is no leaf. */
function leafSlot(node: Node): SlotName | undefined {
  const name = fedName(node);
  return name === undefined ? undefined : `@${name}`;
}

/** The slot of each value: of a leaf its name, of anything else the program's own. */
export function slotNames(graph: Graph, program: string): (value: Value) => SlotName {
  const byId = nodeMap(graph);
  return (value) => leafSlot(present(byId.get(value.node), 'node')) ?? `${program}:${valueKey(value)}`;
}

/** Leaves by slot. Those that another graph of the module has too are the same memory, so of the same shape. */
export function leavesOf(graph: Graph, shared: ReadonlyMap<SlotName, TensorLayout>): ReadonlyMap<SlotName, Node> {
  const leaves = new Map<SlotName, Node>();
  for (const node of graph.nodes) {
    const slot = leafSlot(node);
    if (slot === undefined) continue;
    const known = shared.get(slot);
    invariant(!known || sameShape(known.shape, node.results[0] ?? []), () => `"${String(node.attrs['name'])}" has two shapes in one module`);
    leaves.set(slot, node);
  }
  return leaves;
}
