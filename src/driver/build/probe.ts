// A build whose graph also outputs every layer's result, so that each layer's kernels can be checked. A node
// that would be fused into its reader is left inside: these are the kernels that ship.

import { present } from '../../base/invariant.ts';
import { usesOf, valueKey } from '../../ir/graph.ts';
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
  const output = present(graph.outputs[0], 'output');
  const values = graph.nodes.flatMap((node): ProbedValue[] => {
    if (isLeaf(node) || record(node).lowering.kind === 'view') return [];
    const value: Value = { node: node.id, result: 0 };
    const layer = node.layer ?? node.op;
    if (node.id === output.value.node) return [{ layer, value, binding: 'output' }];
    const readers = uses.get(valueKey(value)) ?? [];
    const fused = readers.length === 1 && readers.every(({ node: reader }) => isEpilogue(record(reader)));
    return fused ? [] : [{ layer, value, binding: `layer/${node.id}` }];
  });
  const added = values.filter(({ binding }) => binding !== 'output').map(({ binding, value }) => ({ name: binding, value }));
  return { program: { graph: { ...graph, outputs: [output, ...added] }, parameters }, values };
}
