// The evaluation of a network: inference over a batch, and how well it answers. A data set's last batch is
// filled with samples of weight 0.
//
//   inputs   sample [N, ...], label [N], sample-weight [N]
//   outputs  loss [N], correct [N], logits [N, classes]

import { graphBuilder } from '../ir/builder.ts';
import type { Batch, Graph } from '../ir/graph.ts';
import type { Network } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { appendForward, appendLoss } from './classifier.ts';

export function evaluationGraph(network: Network, batch: Batch, ops: OpRegistry): Graph {
  const builder = graphBuilder(`${network.name} evaluation`, batch, ops);
  const { logits } = appendForward(builder, network, ops);
  appendLoss(builder, logits);
  builder.output('logits', logits);
  return builder.finish();
}
