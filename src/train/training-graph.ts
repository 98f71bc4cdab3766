// One step of training as a graph: forward in training form, loss, gradients, update. It is lowered
// and emitted like any other.
//
//   inputs      sample [N, ...], label [N, ...], sample-weight [N]; scalars rate, strength, step, seed, and those
//               of the optimizer
//   parameters  layer.suffix; buffers of the trained ones, as layer.suffix.momentum; layer.suffix.mask where masked
//   state       trained parameters, their buffers, running statistics
//   outputs     loss [N], and correct [N] where the task has it

import { present } from '../base/invariant.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { graphBuilder } from '../ir/builder.ts';
import type { Batch, Graph, Node, Value } from '../ir/graph.ts';
import { valueKey } from '../ir/graph.ts';
import { fedName, isParameter } from '../ir/leaf.ts';
import type { Network, Parameter, PhaseOptions } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { differentiate } from './autodiff.ts';
import { clipGradients } from './clip-gradients.ts';
import type { Forward } from './forward.ts';
import { appendForward, appendLoss } from './forward.ts';
import { maskName } from './masks.ts';
import type { UpdateRule } from './methods/method.ts';
import { optimizers } from './optimizers/index.ts';
import { bufferName } from './optimizers/optimizer.ts';
import type { HeldParameter, TrainedParameter, UpdateScalars } from './optimizers/optimizer.ts';
import { taskOf } from './tasks/index.ts';
import type { OfTask } from './tasks/index.ts';
import type { Task } from './tasks/task.ts';
import { appendUpdate } from './update.ts';

export interface TrainingStep extends UpdateRule, Pick<PhaseOptions, 'labelSmoothing' | 'clipGradients'>, OfTask {
  readonly batch: Batch;
  /** Names of parameters that a 0/1 mask holds at zero, buffers included. */
  readonly masked: ReadonlySet<string>;
}

export function trainingGraph(network: Network, step: TrainingStep, ops: OpRegistry): Graph {
  const builder = graphBuilder(`${network.name} training`, step.batch, ops);
  const optimizer = optimizers[step.optimizer.name];
  const task = taskOf(step);
  const scalars: UpdateScalars = {
    rate: builder.input('rate', 'scalar', []),
    strength: builder.input('strength', 'scalar', []),
    own: Object.fromEntries(Object.keys(optimizer.scalars).map((name) => [name, builder.input(name, 'scalar', [])])),
  };
  const trained = network.parameters.filter(({ role }) => role === 'trained');
  const hold = ({ name, layer, shape }: Parameter, value: Value): HeldParameter => ({
    name,
    layer,
    value,
    buffers: Object.fromEntries(optimizer.buffers.map((buffer) => [buffer, builder.parameter(bufferName(name, buffer), shape, { layer })])),
  });
  // The network reads a parameter where its gradient is to be taken.
  const lookahead = optimizer.lookahead?.(step.optimizer.settings);
  const passed = new Map<string, HeldParameter>();
  const forward = appendTrainingForms(builder, network, task, ops, (node) => {
    const parameter = lookahead && isParameter(node) ? trained.find(({ name }) => name === fedName(node)) : undefined;
    if (!lookahead || !parameter) return undefined;
    const held = hold(parameter, builder.parameter(parameter.name, parameter.shape, node));
    passed.set(parameter.name, held);
    return lookahead(builder, held);
  });
  const { gradient } = appendLoss(builder, forward.answer, task, step.labelSmoothing);

  const points = parameterValues(network, forward);
  const read = trained.flatMap((parameter) => {
    const point = points.get(parameter.name);
    return point ? [{ parameter, point }] : [];
  });
  const gradients = differentiate(builder, ops, [{ value: forward.answer, gradient }], read.map(({ point }) => point));
  const parameters = read.flatMap(({ parameter, point }): TrainedParameter[] => {
    const { name, layer, shape, decay } = parameter;
    const found = gradients.get(valueKey(point));
    // A parameter that the output does not depend on is left as it is.
    if (!found) return [];
    const held = passed.get(name) ?? hold(parameter, point);
    const mask = step.masked.has(name) ? { mask: builder.parameter(maskName(name), shape, { layer }) } : {};
    return [{ ...held, decay, point, gradient: found, ...mask }];
  });
  appendUpdate(builder, step.clipGradients === undefined ? parameters : clipGradients(builder, parameters, step.clipGradients), step, scalars);
  return builder.finish();
}

/**
 * Copies the network with each op in its training form, whose new running statistics become state.
 * @param standIn What a node of the network is replaced by; undefined: by its training form.
 */
function appendTrainingForms(builder: GraphBuilder, network: Network, task: Task, ops: OpRegistry, standIn: (node: Node) => Value | undefined): Forward {
  const seed = builder.input('seed', 'scalar', []);
  const step = builder.input('step', 'scalar', []);
  return appendForward(builder, network, task, ops, (node, inputs) => {
    const other = standIn(node);
    if (other) return [other];
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
