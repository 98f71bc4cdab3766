// Where a network loses sight of its input: which channels of its values vary with the input at all, and the
// nodes behind which none does, if that leaves an output the same whatever comes in. A layer whose filters
// are all zero is such a node, unless a shortcut leads past it.

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
type Varying = Uint8Array;

/** The nodes behind which nothing varies; none where all outputs still see an input. */
export function whereInputIsLost(program: Program, ops: OpRegistry): readonly Node[] {
  const { graph } = program;
  const nodes = nodeMap(graph);
  const names = parameterNames(program);
  const varying = new Map<string, Varying>();
  const of = (value: Value): Varying => present(varying.get(valueKey(value)), `value %${valueKey(value)}`);
  const lost: Node[] = [];
  for (const node of graph.nodes) {
    const parameter = names.has(node.id);
    if (parameter || fedName(node) !== undefined) {
      varying.set(valueKey({ node: node.id, result: 0 }), new Uint8Array(node.results[0]?.[channelAxis] ?? 1).fill(parameter ? 0 : 1));
      continue;
    }
    const results = varyingResults(node, program, ops, of, nodes, names);
    for (const [result, flags] of results.entries()) varying.set(valueKey({ node: node.id, result }), flags);
    if (node.inputs.some((value) => of(value).includes(1)) && !results.some((flags) => flags.includes(1))) lost.push(node);
  }
  return graph.outputs.every(({ value }) => of(value).includes(1)) ? [] : lost;
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
