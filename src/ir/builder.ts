// Builds graphs node by node, inferring result shapes through the op registry.

import { invariant, present } from '../base/invariant.ts';
import type { Shape } from '../base/tensor.ts';
import type { Span } from '../base/span.ts';
import { attributeFault } from './attributes.ts';
import type { Attrs, Batch, Graph, InputRole, Node, StatePair, Value } from './graph.ts';
import type { OpRegistry } from './op.ts';

export interface GraphBuilder {
  readonly batch: Batch;
  /** Adds a node; answers its results. @throws ShapeError from the op's inference. */
  readonly add: (op: string, inputs: readonly Value[], attrs?: Attrs, origin?: Origin) => readonly Value[];
  /** Adds a node of one result. */
  readonly one: (op: string, inputs: readonly Value[], attrs?: Attrs, origin?: Origin) => Value;
  readonly input: (name: string, role: InputRole, shape: Shape) => Value;
  readonly parameter: (name: string, shape: Shape, origin?: Origin) => Value;
  readonly shapeOf: (value: Value) => Shape;
  readonly nodeOf: (value: Value) => Node;
  readonly state: (input: Value, output: Value) => void;
  readonly output: (name: string, value: Value) => void;
  readonly finish: () => Graph;
}

export interface Origin {
  readonly layer?: string | undefined;
  readonly span?: Span | undefined;
}

/** @param base Nodes to start from (their ids are kept), for passes that extend a graph. */
export function graphBuilder(name: string, batch: Batch, ops: OpRegistry, base?: Graph): GraphBuilder {
  const nodes: Node[] = [...(base?.nodes ?? [])];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const outputs = [...(base?.outputs ?? [])];
  const state: StatePair[] = [...(base?.state ?? [])];
  let nextId = nodes.reduce((next, node) => Math.max(next, node.id + 1), 0);

  const nodeOf = (value: Value): Node => present(byId.get(value.node), `node %${value.node}`);
  const shapeOf = (value: Value): Shape => present(nodeOf(value).results[value.result], `result %${value.node}.${value.result}`);
  const append = (op: string, inputs: readonly Value[], attrs: Attrs, results: readonly Shape[], origin: Origin): readonly Value[] => {
    const id = nextId++;
    const node: Node = {
      id,
      op,
      attrs,
      inputs,
      results,
      ...(origin.layer !== undefined && { layer: origin.layer }),
      ...(origin.span && { span: origin.span }),
    };
    nodes.push(node);
    byId.set(id, node);
    return results.map((_, result) => ({ node: id, result }));
  };
  const add = (op: string, inputs: readonly Value[], attrs: Attrs = {}, origin: Origin = {}): readonly Value[] => {
    const record = present(ops.get(op), `op ${op}`);
    const fault = attributeFault(record.attributes, attrs);
    invariant(fault === undefined, () => `${op}: ${fault}`);
    return append(op, inputs, attrs, record.infer(attrs, inputs.map(shapeOf), batch), origin);
  };
  const one = (op: string, inputs: readonly Value[], attrs: Attrs = {}, origin: Origin = {}): Value => present(add(op, inputs, attrs, origin)[0], `result of ${op}`);

  return {
    batch,
    add,
    one,
    input: (inputName, role, shape) => one('input', [], { name: inputName, role, shape: [...shape] }),
    parameter: (parameterName, shape, origin) => one('parameter', [], { name: parameterName, shape: [...shape] }, origin),
    shapeOf,
    nodeOf,
    state: (from, to) => void state.push({ input: from, output: to }),
    output: (outputName, value) => void outputs.push({ name: outputName, value }),
    finish: () => ({ name, batch, nodes, outputs, state }),
  };
}
