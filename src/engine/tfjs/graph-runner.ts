// Runs a graph on TensorFlow.js, node by node: a view is its operand in another shape, what has nests runs by them, and what is beyond
// them by its reference, on numbers that are fetched for it.

import { present } from '../../base/invariant.ts';
import type { Shape } from '../../base/tensor.ts';
import { valueKey } from '../../ir/graph.ts';
import type { Graph, Node, Value } from '../../ir/graph.ts';
import { fedName } from '../../ir/leaf.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { nodeRunner } from './nest-runner.ts';
import { ruleOf } from './rules/index.ts';
import type { Tensorflow } from './tensorflow.ts';
import { ofNumbers, ofTensor } from './values.ts';
import type { TfValue } from './values.ts';

export interface GraphRun {
  readonly outputs: ReadonlyMap<string, TfValue>;
  /** The next value of each leaf that is state, by the leaf's name. */
  readonly state: ReadonlyMap<string, TfValue>;
}

/** @param feeds Values of every leaf by name. What it makes is disposed of by whoever runs it: it runs within a `tidy`. */
export type GraphRunner = (feeds: ReadonlyMap<string, TfValue>) => GraphRun;

type NodeValues = (operands: readonly TfValue[]) => readonly TfValue[];

export function graphRunner(tf: Tensorflow, graph: Graph, ops: OpRegistry): GraphRunner {
  const shapes = new Map<string, Shape>(graph.nodes.flatMap(({ id, results }) => results.map((shape, result) => [valueKey({ node: id, result }), shape] as const)));
  const inputsOf = ({ inputs }: Node): readonly Shape[] => inputs.map((value) => present(shapes.get(valueKey(value)), 'shape of an operand'));
  const nodes = graph.nodes.map((node) => ({ node, name: fedName(node), run: fedName(node) === undefined ? nodeValues(tf, node, inputsOf(node), graph, ops) : undefined }));
  const names = new Map(nodes.map(({ node, name }) => [node.id, name]));
  return (feeds) => {
    const computed = new Map<string, TfValue>();
    const valueOf = (value: Value): TfValue => present(computed.get(valueKey(value)), `value %${valueKey(value)}`);
    for (const { node, name, run } of nodes) {
      const results = run ? run(node.inputs.map(valueOf)) : [present(feeds.get(name ?? ''), `feed "${name}"`)];
      for (const [result, value] of results.entries()) computed.set(valueKey({ node: node.id, result }), value);
    }
    return {
      outputs: new Map(graph.outputs.map(({ name, value }) => [name, valueOf(value)])),
      state: new Map(graph.state.map(({ input, output }) => [present(names.get(input.node), 'name of a leaf'), valueOf(output)])),
    };
  };
}

function nodeValues(tf: Tensorflow, node: Node, inputs: readonly Shape[], { batch }: Graph, ops: OpRegistry): NodeValues {
  const { lowering, reference } = present(ops.get(node.op), `op ${node.op}`);
  const onTensors = ruleOf(tf, node, inputs, batch) ?? (lowering.kind === 'nests' ? nodeRunner(tf, lowering.lower(node, inputs, batch), inputs, node.results) : undefined);
  if (onTensors) return (operands) => onTensors(operands.map((operand) => operand.tensor())).map((tensor, i) => ofTensor(tensor, present(node.results[i], 'shape of a result')));
  if (lowering.kind === 'view') return ([operand]) => node.results.map((shape) => ofTensor(tf.reshape(present(operand, 'operand of a view').tensor(), shape), shape));
  return (operands) => reference(node.attrs, operands.map((operand) => operand.numbers()), batch).map((result) => ofNumbers(tf, result));
}
