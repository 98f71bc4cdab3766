// The meaning of a graph: an interpreter in float64 over the reference semantics of its ops. What passes
// keep and what emitted kernels are measured against.

import { invariant, present } from '../base/invariant.ts';
import { formatShape, sameShape } from '../base/tensor.ts';
import { valueKey } from './graph.ts';
import type { Graph, Value } from './graph.ts';
import { fedName } from './leaf.ts';
import type { F64Tensor, OpRegistry } from './op.ts';

export interface Evaluation {
  /** By output name. */
  readonly outputs: ReadonlyMap<string, F64Tensor>;
  /** The next value of each leaf that is state, by the leaf's name. */
  readonly state: ReadonlyMap<string, F64Tensor>;
  /** Any value of the graph. */
  readonly values: (value: Value) => F64Tensor;
}

/** @param feeds Values of every `input` and `parameter` node by name, in the shapes the graph records. */
export function evaluate(graph: Graph, ops: OpRegistry, feeds: ReadonlyMap<string, F64Tensor>): Evaluation {
  const computed = new Map<string, F64Tensor>();
  const names = new Map<number, string>();
  const values = (value: Value): F64Tensor => present(computed.get(valueKey(value)), `value %${valueKey(value)}`);

  for (const node of graph.nodes) {
    const name = fedName(node);
    if (name !== undefined) names.set(node.id, name);
    const results =
      name === undefined
        ? present(ops.get(node.op), `op ${node.op}`).reference(node.attrs, node.inputs.map(values), graph.batch)
        : [present(feeds.get(name), `feed for ${node.op} "${name}"`)];
    for (const [result, shape] of node.results.entries()) {
      const found = present(results[result], `result ${result} of ${node.op}`);
      invariant(sameShape(found.shape, shape), () => `%${node.id} = ${node.op}: value ${formatShape(found.shape)} for ${formatShape(shape)}`);
      computed.set(valueKey({ node: node.id, result }), found);
    }
  }

  return {
    outputs: new Map(graph.outputs.map((output) => [output.name, values(output.value)])),
    state: new Map(graph.state.map((pair) => [present(names.get(pair.input.node), `leaf %${pair.input.node}`), values(pair.output)])),
    values,
  };
}
