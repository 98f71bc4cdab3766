// One step of training as a graph: forward in training form, cross entropy, gradients, update. It is lowered
// and emitted like any other.
//
//   inputs      sample [N, ...], label [N], sample-weight [N]; scalars rate, strength, step, seed
//   parameters  layer.suffix; buffers of the trained ones, as layer.suffix.momentum; layer.suffix.mask where masked
//   state       trained parameters, their buffers, running statistics
//   outputs     loss [N], correct [N]

import { present } from '../base/invariant.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { graphBuilder } from '../ir/builder.ts';
import type { Batch, Graph, Value } from '../ir/graph.ts';
import { valueKey } from '../ir/graph.ts';
import { fedName, isParameter } from '../ir/leaf.ts';
import type { Network } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { differentiate } from './autodiff.ts';
import type { Forward } from './classifier.ts';
import { appendForward, appendLoss } from './classifier.ts';
import type { UpdateRule } from './methods/method.ts';
import { optimizers } from './optimizers/index.ts';
import { bufferName } from './optimizers/optimizer.ts';
import type { TrainedParameter } from './optimizers/optimizer.ts';
import { appendUpdate } from './update.ts';

export interface TrainingStep extends UpdateRule {
  readonly batch: Batch;
  /** Names of parameters that a 0/1 mask holds at zero, buffers included. */
  readonly masked: ReadonlySet<string>;
}

/** The name of a parameter's mask. */
export function maskName(parameter: string): string {
  return `${parameter}.mask`;
}

export function trainingGraph(network: Network, step: TrainingStep, ops: OpRegistry): Graph {
  const builder = graphBuilder(`${network.name} training`, step.batch, ops);
  const rate = builder.input('rate', 'scalar', []);
  const strength = builder.input('strength', 'scalar', []);
  const forward = appendTrainingForms(builder, network, ops);
  const { gradient } = appendLoss(builder, forward.logits);

  const values = parameterValues(network, forward);
  const trained = network.parameters.filter(({ role, name }) => role === 'trained' && values.has(name));
  const valueOf = (name: string): Value => present(values.get(name), `value of ${name}`);
  const gradients = differentiate(builder, ops, [{ value: forward.logits, gradient }], trained.map(({ name }) => valueOf(name)));
  const parameters = trained.flatMap(({ name, layer, shape, decay }): TrainedParameter[] => {
    const value = valueOf(name);
    const found = gradients.get(valueKey(value));
    // A parameter that the output does not depend on is left as it is.
    if (!found) return [];
    const buffers = Object.fromEntries(optimizers[step.optimizer.name].buffers.map((buffer) => [buffer, builder.parameter(bufferName(name, buffer), shape, { layer })]));
    const mask = step.masked.has(name) ? { mask: builder.parameter(maskName(name), shape, { layer }) } : {};
    return [{ name, layer, decay, value, buffers, gradient: found, ...mask }];
  });
  appendUpdate(builder, parameters, step, { rate, strength });
  return builder.finish();
}

/** Copies the network with each op in its training form, whose new running statistics become state. */
function appendTrainingForms(builder: GraphBuilder, network: Network, ops: OpRegistry): Forward {
  const seed = builder.input('seed', 'scalar', []);
  const step = builder.input('step', 'scalar', []);
  return appendForward(builder, network, ops, (node, inputs) => {
    const { training } = present(ops.get(node.op), `op ${node.op}`);
    const form = training.kind === 'form' ? training.form({ builder, node, inputs, step, seed }) : undefined;
    for (const [input, value] of form?.state ?? []) builder.state(present(inputs[input], `input ${input} of ${node.op}`), value);
    return form?.results;
  });
}

/** Where each parameter of the network is read, by name. */
function parameterValues({ graph }: Network, { copied }: Forward): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const node of graph.nodes) {
    const name = fedName(node);
    if (name !== undefined && isParameter(node)) values.set(name, copied({ node: node.id, result: 0 }));
  }
  return values;
}
