// Batch norm behind a layer, as part of its rows. Batch norm makes a filter's own scale free, so gamma could
// undo the shrinking of the filter, and beta keeps a filter that is zero from being a zero map. So the trained
// scale and shift of each affine map per channel behind the layer join its rows, one element a row each, as
// long as nothing else reads on the way and all between keeps a zero channel zero (relu, pools, dropout):
//
//   conv -> batch_norm -> relu        conv -> relu -> max_pool -> batch_norm

import { present } from '../base/invariant.ts';
import { nodeMap, sameValue, usesOf, valueKey } from '../ir/graph.ts';
import type { Graph, Node, Use, Value } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import type { Network } from '../ir/network.ts';
import { affineRule } from '../ir/op.ts';
import type { Op, OpRegistry } from '../ir/op.ts';
import { channelAxis, channelLinks } from './channel-links.ts';
import { inputShapes } from './constant-maps.ts';

/** Names of parameters that hold one element a row of the layer's weight. */
export function normParameters({ graph, parameters }: Network, ops: OpRegistry, layer: Node): readonly string[] {
  const nodes = nodeMap(graph);
  const trained = new Set(parameters.filter(({ role }) => role === 'trained').map(({ name }) => name));
  const uses = usesOf(graph);
  const found: string[] = [];
  for (let node = onlyReader(graph, uses, layer); node; node = onlyReader(graph, uses, node)) {
    const op = present(ops.get(node.op), `op ${node.op}`);
    if (affineRule(op)) found.push(...trainedPerChannel(node, op, nodes, trained));
    else if (!keepsZeroChannels(node, op, nodes)) break;
  }
  return found;
}

/** The node that reads the result as its first operand, if nothing else does. */
function onlyReader(graph: Graph, uses: ReadonlyMap<string, readonly Use[]>, node: Node): Node | undefined {
  const value: Value = { node: node.id, result: 0 };
  if (graph.outputs.some((output) => sameValue(output.value, value))) return undefined;
  const [use, ...others] = uses.get(valueKey(value)) ?? [];
  return use?.operand === 0 && others.length === 0 ? use.node : undefined;
}

/** Whether channel c of the only operand becomes channel c of the result, zero where it is zero whatever parameters hold. */
function keepsZeroChannels(node: Node, op: Op, nodes: ReadonlyMap<number, Node>): boolean {
  if (op.pruning.kind !== 'channels') return false;
  const shapes = inputShapes(node, nodes);
  const isComputed = (input: number): boolean => fedName(present(nodes.get(node.inputs[input]?.node ?? -1), 'operand')) === undefined;
  const links = channelLinks(node, op, shapes, isComputed) ?? [];
  if (links.length !== 1 || links.some(({ factor, table }) => factor !== 1 || table)) return false;
  const zeros = new Float64Array(shapes[0]?.[channelAxis] ?? 0);
  return op.pruning.constant(node.attrs, [zeros], [], shapes).every((value) => value === 0);
}

/** Names of trained parameters of a node that have a number for each channel of its result. */
export function trainedPerChannel(node: Node, op: Op, nodes: ReadonlyMap<number, Node>, trained: ReadonlySet<string>): readonly string[] {
  const shapes = inputShapes(node, nodes);
  const links = op.pruning.kind === 'channels' ? op.pruning.axes(node.attrs, shapes) : [];
  return node.inputs.flatMap((input, i) => {
    const name = fedName(present(nodes.get(input.node), `node %${input.node}`));
    const link = links[i]?.[0];
    const alongChannels = link?.kind === 'identity' && link.result === 0 && link.axis === channelAxis;
    return name !== undefined && trained.has(name) && alongChannels ? [name] : [];
  });
}
