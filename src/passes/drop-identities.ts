// Removes nodes that hand their only operand on: dropout, which does nothing at inference, and views that
// keep the shape.
//
//   %1 = dropout(%0) {rate: 0.5} : [1, 500]
//   %2 = dense(%1, ...)                         ->   %2 = dense(%0, ...)

import { sameShape } from '../base/tensor.ts';
import { present } from '../base/invariant.ts';
import type { Pass } from './pass.ts';
import { rewrite } from './rewrite.ts';

export const dropIdentities: Pass = {
  name: 'drop-identities',
  doc: 'removes dropout and views that keep the shape',
  requires: [],
  ensures: ['no-identities'],
  run: (program, { ops }) =>
    rewrite(program, ops, (node, { builder, copied }) => {
      const [operand, second] = node.inputs;
      if (!operand || second || present(ops.get(node.op), `op ${node.op}`).lowering.kind !== 'view') return undefined;
      const from = copied(operand);
      const [shape] = node.results;
      return shape && sameShape(builder.shapeOf(from), shape) ? [from] : undefined;
    }),
};
