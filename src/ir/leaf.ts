// Leaves of a graph: the nodes whose values come from outside a run.

import { invariant } from '../base/invariant.ts';
import type { Node } from './graph.ts';

/** The name an `input` or `parameter` node is fed by; undefined for every other node. */
export function fedName(node: Node): string | undefined {
  if (node.op !== 'input' && node.op !== 'parameter') return undefined;
  const name = node.attrs['name'];
  invariant(typeof name === 'string', () => `%${node.id} = ${node.op} has no name`);
  return name;
}
