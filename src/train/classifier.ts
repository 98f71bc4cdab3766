// What the training and the evaluation graph share: the network over a batch, ending in logits, and the
// cross entropy of its softmax.
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

export interface Forward {
  readonly logits: Value;
  /** Where a value of the network's graph is in the copy. */
  readonly copied: (value: Value) => Value;
}

/** Copies the network up to its logits for the builder's batch, its input under the name `sample`. */
export function appendForward(builder: GraphBuilder, network: Network, ops: OpRegistry, replace: Replacement = () => undefined): Forward {
  const { graph, logits } = logitsOf(network, ops);
  const copied = copyNodes(graph, builder, (node, inputs) => {
    if (!isInput(node)) return replace(node, inputs);
    return [builder.input('sample', 'sample', [builder.batch.samples, ...onlyInput(network).shape])];
  });
  return { logits: copied(logits), copied };
}

/** The forward graph up to its logits: the cross entropy takes the softmax in, so a final one is left out. */
function logitsOf(network: Network, ops: OpRegistry): { readonly graph: Graph; readonly logits: Value } {
  const { graph } = network;
  const { name } = onlyOutput(network);
  const { value } = present(graph.outputs.find((output) => output.name === name), 'output');
  const node = present(nodeMap(graph).get(value.node), `node %${value.node}`);
  if (!present(ops.get(node.op), `op ${node.op}`).probabilities || usesOf(graph).has(valueKey(value))) return { graph, logits: value };
  const logits = present(node.inputs[0], 'logits');
  return { graph: { ...graph, nodes: graph.nodes.filter(({ id }) => id !== node.id) }, logits };
}

export interface Loss {
  /** Cross entropy by sample, times its weight, `[samples]`. */
  readonly loss: Value;
  /** The weight of a sample whose largest logit is its label's, else 0, `[samples]`. */
  readonly correct: Value;
  /** Gradient of the mean loss by the logits, `[samples, classes]`. */
  readonly gradient: Value;
}

/**
 * Adds the inputs `label` and `sample-weight` and the loss; its outputs are named `loss` and `correct`.
 * @param smoothing Share of each label that is spread over all classes; undefined: none.
 */
export function appendLoss(builder: GraphBuilder, logits: Value, smoothing?: number): Loss {
  const { samples } = builder.batch;
  const label = builder.input('label', 'label', [samples]);
  const weight = builder.input('sample-weight', 'sample-weight', [samples]);
  const [loss, correct, gradient] = builder.add('cross_entropy', [logits, label, weight], smoothing === undefined ? {} : { smoothing });
  const values = { loss: present(loss, 'loss'), correct: present(correct, 'correct'), gradient: present(gradient, 'gradient') };
  builder.output('loss', values.loss);
  builder.output('correct', values.correct);
  return values;
}
