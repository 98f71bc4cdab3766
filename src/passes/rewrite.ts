// Rebuilds a program node by node. Passes say what becomes of a node; everything else is copied with shapes
// inferred again. Parameters appear where they are first read, so those that nothing reads any more are
// gone, and so is every node that reaches no output. Nodes are numbered from 0.

import { invariant, present } from '../base/invariant.ts';
import { graphBuilder } from '../ir/builder.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import type { Node, ParameterData, Program, Value } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import type { OpRegistry } from '../ir/op.ts';
import { sameShape } from '../base/tensor.ts';

export interface Rewriter {
  readonly builder: GraphBuilder;
  /** Where a value of the old graph is in the new one. A parameter comes as it was. */
  readonly copied: (value: Value) => Value;
  /** A parameter of the new program. Of the same name twice: it must be the same values. */
  readonly parameter: (name: string, value: ParameterData, layer: string | undefined) => Value;
  /** Values of an old value that is a parameter. */
  readonly known: (value: Value) => { readonly name: string; readonly value: ParameterData } | undefined;
}

/** New results of a node; undefined: copy it. */
export type Rewrite = (node: Node, rewriter: Rewriter) => readonly Value[] | undefined;

export function rewrite(program: Program, ops: OpRegistry, change: Rewrite): Program {
  const { graph } = program;
  const builder = graphBuilder(graph.name, graph.batch, ops);
  const parameters = new Map<string, ParameterData>();
  const parameterValues = new Map<string, Value>();
  const copies = new Map<string, Value>();
  const byId = nodeMap(graph);
  const live = liveNodes(program);

  const parameter = (name: string, value: ParameterData, layer: string | undefined): Value => {
    const before = parameterValues.get(name);
    if (before) {
      const old = parameters.get(name);
      invariant(old && sameShape(old.shape, value.shape) && old.data.every((w, i) => Object.is(w, value.data[i])), () => `parameter ${name} has two values`);
      return before;
    }
    parameters.set(name, value);
    const added = builder.parameter(name, value.shape, { layer });
    parameterValues.set(name, added);
    return added;
  };
  const known = (value: Value): { name: string; value: ParameterData } | undefined => {
    const node = present(byId.get(value.node), `node %${value.node}`);
    const name = fedName(node);
    const found = name === undefined ? undefined : program.parameters.get(name);
    return name !== undefined && found ? { name, value: found } : undefined;
  };
  const copied = (value: Value): Value => {
    const fed = known(value);
    if (fed) return parameter(fed.name, fed.value, byId.get(value.node)?.layer);
    return present(copies.get(valueKey(value)), `copy of %${valueKey(value)}`);
  };

  const rewriter: Rewriter = { builder, copied, parameter, known };
  for (const node of graph.nodes) {
    if (!live.has(node.id) || known({ node: node.id, result: 0 })) continue;
    const results = change(node, rewriter) ?? builder.add(node.op, node.inputs.map(copied), node.attrs, node);
    for (const [result, value] of results.entries()) copies.set(valueKey({ node: node.id, result }), value);
  }
  for (const { name, value } of graph.outputs) builder.output(name, copied(value));
  for (const { input, output } of graph.state) builder.state(copied(input), copied(output));
  return { graph: builder.finish(), parameters };
}

/** Nodes that an output or a state reads; inputs stay whether or not they are read. */
function liveNodes({ graph, parameters }: Program): ReadonlySet<number> {
  const live = new Set<number>(graph.outputs.map(({ value }) => value.node));
  for (const { input, output } of graph.state) live.add(input.node).add(output.node);
  for (const node of graph.nodes.toReversed()) {
    const name = fedName(node);
    if (name !== undefined && !parameters.has(name)) live.add(node.id);
    if (live.has(node.id)) for (const value of node.inputs) live.add(value.node);
  }
  return live;
}
