// A build whose graph also outputs every layer's result, so that each layer's kernels can be checked. A node
// that would be fused into its reader is left inside: these are the kernels that ship.

import { present } from '../../base/invariant.ts';
import { sameValue, usesOf, valueKey } from '../../ir/graph.ts';
import type { Node, Program, Value } from '../../ir/graph.ts';
import { isLeaf } from '../../ir/leaf.ts';
import { isEpilogue } from '../../ir/op.ts';
import type { OpRegistry } from '../../ir/op.ts';

export interface ProbedValue {
  /** Name of the layer. */
  readonly layer: string;
  readonly value: Value;
  /** Name of the binding. */
  readonly binding: string;
}

export interface Probe {
  readonly program: Program;
  readonly values: readonly ProbedValue[];
}

export function probeOf({ graph, parameters }: Program, ops: OpRegistry): Probe {
  const uses = usesOf(graph);
  const record = (node: Node) => present(ops.get(node.op), `op ${node.op}`);
  const values = graph.nodes.flatMap((node): ProbedValue[] => {
    if (isLeaf(node) || record(node).lowering.kind === 'view') return [];
    const value: Value = { node: node.id, result: 0 };
    const layer = node.layer ?? node.op;
    const output = graph.outputs.find((each) => sameValue(each.value, value));
    if (output) return [{ layer, value, binding: output.name }];
    const readers = uses.get(valueKey(value)) ?? [];
    const fused = readers.length === 1 && readers.every(({ node: reader }) => isEpilogue(record(reader)));
    return fused ? [] : [{ layer, value, binding: `layer/${node.id}` }];
  });
  const added = values.flatMap(({ binding, value }) => (graph.outputs.some(({ name }) => name === binding) ? [] : [{ name: binding, value }]));
  return { program: { graph: { ...graph, outputs: [...graph.outputs, ...added] }, parameters }, values };
}
