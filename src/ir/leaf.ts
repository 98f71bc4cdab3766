// Leaves of a graph: the nodes whose values come from outside a run. They are the IR's own, made by the builder.

import { invariant } from '../base/invariant.ts';
import type { Node } from './graph.ts';

/** Whether whoever runs the graph gives the value at each run. */
export function isInput(node: Node): boolean {
  return node.op === 'input';
}

/** Whether the value is a tensor of the network, or kept from run to run. */
export function isParameter(node: Node): boolean {
  return node.op === 'parameter';
}

export function isLeaf(node: Node): boolean {
  return isInput(node) || isParameter(node);
}

/** The name a leaf is fed by; undefined for every other node. */
export function fedName(node: Node): string | undefined {
  if (!isLeaf(node)) return undefined;
  const name = node.attrs['name'];
  invariant(typeof name === 'string', () => `%${node.id} = ${node.op} has no name`);
  return name;
}
