// Constant-map propagation: which channels of which values are the same number at every position of every
// sample. A zero filter is not a zero map: it emits act(bias), or through batch norm
// act(beta + gamma * (b - mean) / sqrt(variance + eps)). What each op does to constants is in its record.

import { present } from '../base/invariant.ts';
import { tensor } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Node, Program } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { ChannelConstants, KnownInputs } from '../ir/pruning-rules.ts';

/** Channel constants by value key; absent where nothing is known. */
export type ConstantMaps = ReadonlyMap<string, ChannelConstants>;

export function constantMaps(program: Program, ops: OpRegistry): ConstantMaps {
  const names = parameterNames(program);
  const nodes = nodeMap(program.graph);
  const constants = new Map<string, ChannelConstants>();
  for (const node of program.graph.nodes) {
    const { pruning } = present(ops.get(node.op), `op ${node.op}`);
    if (pruning.kind === 'opaque') continue;
    const operands = node.inputs.map((value) => constants.get(valueKey(value)));
    constants.set(valueKey({ node: node.id, result: 0 }), pruning.constant(node.attrs, operands, knownInputs(node, program, names), inputShapes(node, nodes)));
  }
  return constants;
}

/** Names of parameters by node. */
export function parameterNames(program: Program): ReadonlyMap<number, string> {
  return new Map(
    program.graph.nodes.flatMap((node) => {
      const name = fedName(node);
      return name !== undefined && program.parameters.has(name) ? [[node.id, name] as const] : [];
    }),
  );
}

/** Values of a node's inputs that are parameters. */
export function knownInputs(node: Node, program: Program, names: ReadonlyMap<number, string>): KnownInputs {
  return node.inputs.map((value) => {
    const name = names.get(value.node);
    if (name === undefined) return undefined;
    const { shape, data } = present(program.parameters.get(name), `parameter ${name}`);
    return tensor(shape, data);
  });
}

export function inputShapes(node: Node, nodes: ReadonlyMap<number, Node>): readonly Shape[] {
  return node.inputs.map((value) => present(nodes.get(value.node)?.results[value.result], `%${valueKey(value)}`));
}
