// The evaluation of a network: inference over a batch, and how well it answers. A data set's last batch is
// filled with samples of weight 0.
//
//   inputs   sample [N, ...], label [N, ...], sample-weight [N]
//   outputs  loss [N], correct [N] where the task has it, and what the loss is of: logits [N, classes]

import { graphBuilder } from '../ir/builder.ts';
import type { Batch, Graph } from '../ir/graph.ts';
import type { Network, TaskName } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { appendForward, appendLoss } from './forward.ts';
import { tasks, usualTask } from './tasks/index.ts';

export function evaluationGraph(network: Network, batch: Batch, ops: OpRegistry, name: TaskName = usualTask): Graph {
  const builder = graphBuilder(`${network.name} evaluation`, batch, ops);
  const task = tasks[name];
  const { answer } = appendForward(builder, network, task, ops);
  appendLoss(builder, answer, task);
  builder.output(task.answer, answer);
  return builder.finish();
}
