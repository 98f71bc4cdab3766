// What the training and the evaluation graph share: the network over a batch, and the loss of what it answers. A softmax at its
// end is left out where the loss takes it in.
//
//   ... %9 = dense(...); %10 = softmax(%9)   ->   ... %9 = dense(...); %10 = cross_entropy(%9, label, weight)

import { present } from '../base/invariant.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { nodeMap, usesOf, valueKey } from '../ir/graph.ts';
import { isInput } from '../ir/leaf.ts';
import { onlyInput, onlyOutput } from '../ir/network.ts';
import type { Network } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { Replacement } from './rebatch.ts';
import { copyNodes } from './rebatch.ts';
import type { Loss, Task } from './tasks/task.ts';

export interface Forward {
  /** What the loss reads. */
  readonly answer: Value;
  /** Where a value of the network's graph is in the copy. */
  readonly copied: (value: Value) => Value;
}

/** Copies the network up to what the loss reads for the builder's batch, its input under the name `sample`. */
export function appendForward(builder: GraphBuilder, network: Network, task: Task, ops: OpRegistry, replace: Replacement = () => undefined): Forward {
  const { graph, answer } = answerOf(network, task, ops);
  const copied = copyNodes(graph, builder, (node, inputs) => {
    if (!isInput(node)) return replace(node, inputs);
    return [builder.input('sample', 'sample', [builder.batch.samples, ...onlyInput(network).shape])];
  });
  return { answer: copied(answer), copied };
}

/** The forward graph up to what the loss reads. */
export function answerOf(network: Network, { takesSoftmax }: Task, ops: OpRegistry): { readonly graph: Graph; readonly answer: Value } {
  const { graph } = network;
  const { name } = onlyOutput(network);
  const { value } = present(graph.outputs.find((output) => output.name === name), 'output');
  const node = present(nodeMap(graph).get(value.node), `node %${value.node}`);
  if (!takesSoftmax || !present(ops.get(node.op), `op ${node.op}`).probabilities || usesOf(graph).has(valueKey(value))) return { graph, answer: value };
  const answer = present(node.inputs[0], 'logits');
  return { graph: { ...graph, nodes: graph.nodes.filter(({ id }) => id !== node.id) }, answer };
}

/**
 * Adds the inputs `label` and `sample-weight` and the loss; its outputs are named `loss` and `correct`.
 * @param smoothing Share of each label that is spread over all classes; undefined: none.
 */
export function appendLoss(builder: GraphBuilder, answer: Value, task: Task, smoothing?: number): Loss {
  const { samples } = builder.batch;
  const [, ...output] = builder.shapeOf(answer);
  const label = builder.input('label', 'label', [samples, ...task.labelShape(output)]);
  const weight = builder.input('sample-weight', 'sample-weight', [samples]);
  const values = task.loss(builder, { answer, label, weight }, smoothing);
  builder.output('loss', values.loss);
  if (values.correct) builder.output('correct', values.correct);
  return values;
}
