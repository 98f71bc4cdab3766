// Where a network loses sight of its input: the nodes behind which nothing varies with it, if that leaves an output the same
// whatever comes in. A layer whose filters are all zero is such a node, unless a shortcut leads past it.

import type { Node, Program } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import type { OpRegistry } from '../ir/op.ts';
import { varyingChannels } from './varying-channels.ts';

/** The nodes behind which nothing varies; none where all outputs still see an input. */
export function whereInputIsLost(program: Program, ops: OpRegistry): readonly Node[] {
  const { graph } = program;
  const of = varyingChannels(program, ops);
  const varies = (node: Node, result: number): boolean => of({ node: node.id, result }).includes(1);
  if (graph.outputs.every(({ value }) => of(value).includes(1))) return [];
  return graph.nodes.filter((node) => fedName(node) === undefined && node.inputs.some((value) => of(value).includes(1)) && !node.results.some((_, result) => varies(node, result)));
}
