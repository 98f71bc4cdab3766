// Which channels of a network's values vary with its input at all. Those of a filter that is zero do not, nor does what only
// such channels feed.

import { present } from '../base/invariant.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Node, Program, Value } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import { affineRule } from '../ir/op.ts';
import type { OpRegistry } from '../ir/op.ts';
import { channelAxis, channelLinks, targetsOf } from './channel-links.ts';
import { inputShapes, knownInputs, parameterNames } from './constant-maps.ts';
import { weightsOf, weightUse } from './weight-use.ts';
import type { WeightUse } from './weight-use.ts';

/** 1 for each channel that varies. */
export type Varying = Uint8Array;

/**
 * The channels of every value.
 * @param before Called with each node that is no leaf, before it is looked at, and what is known of the values before it: it may
 * change the node's weights.
 */
export function varyingChannels(program: Program, ops: OpRegistry, before: (node: Node, of: (value: Value) => Varying) => void = () => {}): (value: Value) => Varying {
  const { graph } = program;
  const nodes = nodeMap(graph);
  const names = parameterNames(program);
  const varying = new Map<string, Varying>();
  const of = (value: Value): Varying => present(varying.get(valueKey(value)), `value %${valueKey(value)}`);
  for (const node of graph.nodes) {
    const parameter = names.has(node.id);
    if (parameter || fedName(node) !== undefined) {
      varying.set(valueKey({ node: node.id, result: 0 }), new Uint8Array(node.results[0]?.[channelAxis] ?? 1).fill(parameter ? 0 : 1));
      continue;
    }
    before(node, of);
    for (const [result, flags] of varyingResults(node, program, ops, of, nodes, names).entries()) varying.set(valueKey({ node: node.id, result }), flags);
  }
  return of;
}

/** Makes zero what a node's weights have on channels that do not vary. A node without weights has none. */
export function zeroUnread(node: Node, program: Program, ops: OpRegistry, of: (value: Value) => Varying): void {
  const use = weightUse(node, present(ops.get(node.op), `op ${node.op}`), inputShapes(node, nodeMap(program.graph)), knownInputs(node, program, parameterNames(program)), new Map());
  if (!use) return;
  const varies = of(operandOf(node, use.matrices.operand));
  const weights = weightsOf(use);
  for (const { weightOffset, rows, channels } of use.parts) {
    for (const [column, channel] of channels.entries()) {
      if (varies[channel] === 1) continue;
      for (let row = 0; row < rows; row++) weights[weightOffset + row * channels.length + column] = 0;
    }
  }
}

function varyingResults(node: Node, program: Program, ops: OpRegistry, of: (value: Value) => Varying, nodes: ReadonlyMap<number, Node>, names: ReadonlyMap<number, string>): readonly Varying[] {
  const op = present(ops.get(node.op), `op ${node.op}`);
  const shapes = inputShapes(node, nodes);
  const known = knownInputs(node, program, names);
  const use = weightUse(node, op, shapes, known, new Map());
  if (use) return [varyingRows(use, of(operandOf(node, use.matrices.operand)))];
  const results = node.results.map((shape) => new Uint8Array(shape[channelAxis] ?? 1));
  const links = channelLinks(node, op, shapes, (operand) => !known[operand]);
  if (!links) {
    // It mixes all that it reads.
    if (node.inputs.some((value) => of(value).includes(1))) for (const flags of results) flags.fill(1);
    return results;
  }
  const scale = affineRule(op)?.(node.attrs, known).scale;
  for (const link of links) {
    const [source, target] = [of(link.operand), present(results[link.result.result], 'result')];
    for (const [channel, varies] of source.entries()) {
      for (const index of varies === 1 ? targetsOf(link, channel) : []) if (scale?.[index] !== 0) target[index] = 1;
    }
  }
  return results;
}

/** Rows with a weight other than zero on a channel that varies. */
function varyingRows(use: WeightUse, operand: Varying): Varying {
  const weights = weightsOf(use);
  const rows = use.parts.flatMap(({ weightOffset, rows: count, channels }) =>
    Array.from({ length: count }, (_, row) => (channels.some((channel, t) => operand[channel] === 1 && weights[weightOffset + row * channels.length + t] !== 0) ? 1 : 0)),
  );
  return Uint8Array.from(rows);
}

function operandOf(node: Node, operand: number): Value {
  return present(node.inputs[operand], `operand ${operand} of ${node.op}`);
}
