// Networks of one operation.

import { graphBuilder } from '../../../src/ir/builder.ts';
import type { Batch, ParameterData, Program } from '../../../src/ir/graph.ts';
import type { Op } from '../../../src/ir/op.ts';
import { ops } from '../../../src/ops/index.ts';
import { draw } from '../../ops/support.ts';

export const alone: Batch = { samples: 1, shards: 1 };

/** What a deployed network may have: operations of the language, and what elimination makes of them. */
export const deployed: readonly Op[] = [...ops.values()].filter(({ name, syntax, pruning }) => (syntax || pruning.kind === 'weights' || name === 'normalize_input') && name !== 'winograd_conv');

/** A network of the one operation, and of what it reads. */
export function only(op: Op, seed: number): Program {
  const { attrs, operands } = draw(op, seed);
  const parameters = new Map<string, ParameterData>();
  const builder = graphBuilder('one', alone, ops);
  const owned = op.pruning.kind === 'weights' ? operands.length - 1 : (op.parameters?.(attrs, operands.map(({ shape }) => shape)).length ?? 0);
  const inputs = operands.map((each, i) => {
    if (i < operands.length - owned) return builder.input(`x${i}`, 'sample', each.shape.with(0, 1));
    parameters.set(`op.p${i}`, { shape: each.shape, data: each.data });
    return builder.parameter(`op.p${i}`, each.shape);
  });
  // A network without an input has nothing to be a batch of.
  if (inputs.length === owned) builder.input('unread', 'sample', [1, 2]);
  builder.output('y', builder.one(op.name, inputs, attrs, { layer: 'op' }));
  return { graph: builder.finish(), parameters };
}
