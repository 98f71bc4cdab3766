// The canonical text of a graph, one node a line; src/ir/parse.ts reads it back. Spans are left out.
//
//   graph "LeNet" batch 64 shards 4 {
//     %0 = input {name: "image", role: "sample", shape: [64, 784]} : [64, 784]
//     %1 = parameter {name: "fc.weight", shape: [10, 784]} "fc" : [10, 784]
//     %2 = dense(%0, %1) {bias: false, units: 10} "fc" : [64, 10]
//     %3 = momentum_step(%1, %4, %5, %6) {...} : [10, 784], [10, 784]
//     output "logits" = %2
//     state %1 <- %3.0
//   }

import { formatShape } from '../base/tensor.ts';
import type { Attrs, AttrValue, Graph, Node, Value } from './graph.ts';
import { nodeMap } from './graph.ts';

export function printGraph(graph: Graph): string {
  const nodes = nodeMap(graph);
  // A node of one result is named without its index.
  const formatValue = (value: Value): string =>
    value.result === 0 && nodes.get(value.node)?.results.length === 1 ? `%${value.node}` : `%${value.node}.${value.result}`;
  return [
    `graph ${JSON.stringify(graph.name)} batch ${graph.batch.samples} shards ${graph.batch.shards} {`,
    ...graph.nodes.map((node) => `  ${printNode(node, formatValue)}`),
    ...graph.outputs.map((output) => `  output ${JSON.stringify(output.name)} = ${formatValue(output.value)}`),
    ...graph.state.map((pair) => `  state ${formatValue(pair.input)} <- ${formatValue(pair.output)}`),
    '}',
    '',
  ].join('\n');
}

function printNode(node: Node, formatValue: (value: Value) => string): string {
  const operands = node.inputs.length === 0 ? '' : `(${node.inputs.map(formatValue).join(', ')})`;
  const parts = [
    `%${node.id} = ${node.op}${operands}`,
    ...printAttrs(node.attrs),
    ...(node.layer === undefined ? [] : [JSON.stringify(node.layer)]),
    `: ${node.results.map(formatShape).join(', ')}`,
  ];
  return parts.join(' ');
}

/** Attributes in the order of their names, so that equal graphs have equal text. */
function printAttrs(attrs: Attrs): string[] {
  const entries = Object.entries(attrs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? [] : [`{${entries.map(([name, value]) => `${name}: ${formatAttr(value)}`).join(', ')}}`];
}

export function formatAttr(value: AttrValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return formatNumber(value);
  return `[${value.map((item) => (typeof item === 'number' ? formatNumber(item) : formatAttr(item))).join(', ')}]`;
}

/** The shortest decimal that reads back as the same number. */
function formatNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
