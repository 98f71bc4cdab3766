// The same graph over another batch: shapes are inferred again from `[samples, ...]` inputs.
//
//   %0 = input {role: "sample"} : [1, 1, 28, 28]   ->   %0 = input {role: "sample"} : [64, 1, 28, 28]
//   %2 = dense(%1, ...) : [1, 10]                  ->   %2 = dense(%1, ...) : [64, 10]

import { present } from '../base/invariant.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { graphBuilder } from '../ir/builder.ts';
import type { Attrs, Batch, Graph, Node, Value } from '../ir/graph.ts';
import { valueKey } from '../ir/graph.ts';
import { isInput } from '../ir/leaf.ts';
import type { OpRegistry } from '../ir/op.ts';

/** `graph` for `batch.samples` samples a run. Outputs and state stay. */
export function rebatch(graph: Graph, batch: Batch, ops: OpRegistry): Graph {
  const builder = graphBuilder(graph.name, batch, ops);
  const copied = copyNodes(graph, builder);
  for (const { name, value } of graph.outputs) builder.output(name, copied(value));
  for (const { input, output } of graph.state) builder.state(copied(input), copied(output));
  return builder.finish();
}

/** How a node appears in the copy; undefined: as it is, with shapes inferred again. */
export type Replacement = (node: Node, inputs: readonly Value[]) => readonly Value[] | undefined;

/**
 * Copies the nodes of `graph` into `builder`, for the builder's batch.
 * @returns Where a value of `graph` is in the copy.
 */
export function copyNodes(graph: Graph, builder: GraphBuilder, replace: Replacement = () => undefined): (value: Value) => Value {
  const copies = new Map<string, Value>();
  const copied = (value: Value): Value => present(copies.get(valueKey(value)), `copy of %${value.node}.${value.result}`);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(copied);
    const results = replace(node, inputs) ?? builder.add(node.op, inputs, attrsFor(node, builder.batch), node);
    for (const [result, value] of results.entries()) copies.set(valueKey({ node: node.id, result }), value);
  }
  return copied;
}

/** Inputs state their shape themselves; those with a sample axis get the new extent. */
function attrsFor(node: Node, batch: Batch): Attrs {
  if (!isInput(node) || node.attrs['role'] === 'scalar') return node.attrs;
  const sample = present(node.results[0], 'shape of an input').slice(1);
  return { ...node.attrs, shape: [batch.samples, ...sample] };
}
