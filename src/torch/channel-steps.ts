// The way of channels through a network, as steps that say for weights which of them vary with the input
// (sparsity/varying-channels.ts), for those who have the weights and not the network.

import { present } from '../base/invariant.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { fedName, isInput, isParameter } from '../ir/leaf.ts';
import { affineRule, matricesOf } from '../ir/op.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { WeightMatrices } from '../ir/pruning-rules.ts';
import { channelAxis, channelLinks } from '../sparsity/channel-links.ts';
import { inputShapes } from '../sparsity/constant-maps.ts';

interface Result {
  /** A name for the value. */
  readonly result: string;
  readonly layer?: string;
}

export type ChannelStep =
  | (Result & { readonly kind: 'input'; readonly channels: number })
  /** Rows of its weights vary that have one other than zero on a channel of the operand that does. */
  | (Result & { readonly kind: 'weights'; readonly operand: string; readonly parameter: string; readonly parts: WeightMatrices['parts'] })
  /** All vary if any of what it reads does. */
  | (Result & { readonly kind: 'mixes'; readonly channels: number; readonly operands: readonly string[] })
  /** Channels pass one by one, but for those whose number in `scale` is zero. */
  | (Result & { readonly kind: 'links'; readonly channels: number; readonly links: readonly StepLink[]; readonly scale?: string });

/** Channel c of the operand becomes `factor` ones, from `offset + c * factor`; or the one that the table says, -1 being none. */
type StepLink = { readonly operand: string } & ({ readonly factor: number; readonly offset: number } | { readonly table: readonly number[] });

export function channelSteps(graph: Graph, ops: OpRegistry): readonly ChannelStep[] {
  const nodes = nodeMap(graph);
  return graph.nodes.flatMap((node): readonly ChannelStep[] => {
    if (isParameter(node)) return [];
    const result = valueKey({ node: node.id, result: 0 });
    const channels = node.results[0]?.[channelAxis] ?? 1;
    if (isInput(node)) return [{ kind: 'input', result, channels }];
    return [{ result, ...(node.layer !== undefined && { layer: node.layer }), ...stepOf(node, channels, nodes, ops) }];
  });
}

type StepRest = ChannelStep extends infer S ? (S extends ChannelStep ? Omit<S, 'result' | 'layer'> : never) : never;

function stepOf(node: Node, channels: number, nodes: ReadonlyMap<number, Node>, ops: OpRegistry): StepRest {
  const op = present(ops.get(node.op), `op ${node.op}`);
  const shapes = inputShapes(node, nodes);
  const leaf = ({ node: id }: Value): Node => present(nodes.get(id), `node %${id}`);
  const computed = node.inputs.map((value) => !isParameter(leaf(value)));
  const matrices = matricesOf(op, node.attrs, shapes);
  if (matrices) {
    const [operand, weight] = [present(node.inputs[matrices.operand], 'operand'), present(node.inputs[matrices.weight], 'weight')];
    return { kind: 'weights', operand: valueKey(operand), parameter: present(fedName(leaf(weight)), 'name of a weight'), parts: matrices.parts };
  }
  const links = channelLinks(node, op, shapes, (input) => computed[input] === true);
  if (!links) return { kind: 'mixes', channels, operands: node.inputs.filter((_, input) => computed[input]).map(valueKey) };
  // What an affine op multiplies by comes first of its parameters.
  const scale = affineRule(op) && node.inputs[1];
  return {
    kind: 'links',
    channels,
    links: links.map(({ operand, factor, offset, table }) => ({ operand: valueKey(operand), ...(table ? { table } : { factor, offset }) })),
    ...(scale && { scale: present(fedName(leaf(scale)), 'name of a scale') }),
  };
}
