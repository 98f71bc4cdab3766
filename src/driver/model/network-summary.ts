// A checked network layer by layer: shapes, parameters, multiply-accumulates.

import { present } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { nodeMap } from '../../ir/graph.ts';
import { fedName, isLeaf } from '../../ir/leaf.ts';
import { isClassifier, onlyInput, onlyOutput } from '../../ir/network.ts';
import type { Model } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { taskOf } from '../../train/tasks/index.ts';

export interface LayerSummary {
  readonly name: string;
  readonly op: string;
  /** Of the result for one sample, without the batch axis. */
  readonly shape: Shape;
  /** Numbers of the layer that are trained; running statistics are none of them, as in the literature. */
  readonly parameters: number;
  /** Of one sample. */
  readonly macs: number;
}

export interface NetworkSummary {
  readonly name: string;
  readonly inputs: readonly NetworkPort[];
  readonly outputs: readonly NetworkPort[];
  /** Where it has one input. */
  readonly inputShape?: Shape;
  /** Where its only output is a score a class, as far as its source tells. */
  readonly classes?: number;
  readonly labels?: readonly string[];
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly macs: number;
}

/** What goes in or comes out. */
export interface NetworkPort {
  readonly name: string;
  /** Of one sample. */
  readonly shape: Shape;
}

function portOf({ name, shape }: NetworkPort): NetworkPort {
  return { name, shape };
}

export function summarizeNetwork({ network, train }: Pick<Model, 'network' | 'train'>, ops: OpRegistry): NetworkSummary {
  const { graph, name, inputs, outputs, labels } = network;
  const nodes = nodeMap(graph);
  const trained = new Map(network.parameters.flatMap((parameter) => (parameter.role === 'trained' ? [[parameter.name, sizeOf(parameter.shape)]] : [])));
  const layers = graph.nodes.flatMap((node): LayerSummary[] => {
    if (isLeaf(node)) return [];
    const operands = node.inputs.map((value) => present(nodes.get(value.node), `node %${value.node}`));
    const shapes = node.inputs.map((value, i) => present(operands[i]?.results[value.result], 'shape of an operand'));
    return [
      {
        name: node.layer ?? node.op,
        op: node.op,
        shape: present(node.results[0], 'shape of a result').slice(1),
        parameters: operands.reduce((sum, operand) => sum + (trained.get(fedName(operand) ?? '') ?? 0), 0),
        macs: present(ops.get(node.op), `op ${node.op}`).macs?.(node.attrs, shapes) ?? 0,
      },
    ];
  });
  const total = (of: (layer: LayerSummary) => number): number => layers.reduce((sum, layer) => sum + of(layer), 0);
  return {
    name,
    inputs: inputs.map(portOf),
    outputs: outputs.map(portOf),
    ...(inputs.length === 1 && { inputShape: onlyInput(network).shape }),
    ...(taskOf(train).classes && isClassifier(network) && { classes: sizeOf(onlyOutput(network).shape) }),
    ...(labels && { labels }),
    layers,
    parameters: total((layer) => layer.parameters),
    macs: total((layer) => layer.macs),
  };
}
