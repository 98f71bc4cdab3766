// Turns layers into ops that compute the same from fewer products, where their records know one: convolutions of 3 x 3
// by Winograd's minimal filtering. Results round otherwise, and weights take more room, so this is for who asks for it.
//
//   %3 = conv(%0, %1, %2) {window: [3, 3], ...}     ->   %3 = winograd_conv(%0, %1', %2) {window: [3, 3], ...}

import { present } from '../base/invariant.ts';
import { matricesOf } from '../ir/op.ts';
import { nodeMap, valueKey } from '../ir/graph.ts';
import { inputShapes } from '../sparsity/constant-maps.ts';
import type { Pass } from './pass.ts';
import { rewrite } from './rewrite.ts';
import { addWeightNode } from './weight-node.ts';

/** Below this it is not worth the room. */
const leastGain = 1.15;

/**
 * @param allowed How far results may be off, as a share of the largest that a filter can answer to inputs of the same size.
 * @param least How many times as long the layer has to take as it is.
 */
export function fewerProducts(allowed: number, least: number = leastGain): Pass {
  return {
    name: 'fewer-products',
    doc: 'computes convolutions of 3 x 3 by minimal filtering',
    requires: ['affine-folded'],
    ensures: [],
    run: (program, { ops }) => {
      const nodes = nodeMap(program.graph);
      const uses = new Map<string, number>();
      for (const { inputs } of program.graph.nodes) for (const value of inputs) uses.set(valueKey(value), (uses.get(valueKey(value)) ?? 0) + 1);
      return rewrite(program, ops, (node, rewriter) => {
        const op = present(ops.get(node.op), `op ${node.op}`);
        const shapes = inputShapes(node, nodes);
        const matrices = matricesOf(op, node.attrs, shapes);
        const weightValue = matrices && node.inputs[matrices.weight];
        const weight = weightValue && uses.get(valueKey(weightValue)) === 1 ? rewriter.known(weightValue)?.value : undefined;
        if (!matrices || !weight || weight.sparse) return undefined;
        const made = op.fewerProducts?.(node.attrs, shapes, weight);
        if (!made || made.gain < least || !(made.error <= allowed)) return undefined;
        const bias = matrices.bias === undefined ? undefined : present(rewriter.known(present(node.inputs[matrices.bias], 'bias')), 'bias').value.data;
        return addWeightNode(node, matrices, rewriter, { op: made.op, attrs: made.attrs, operand: rewriter.copied(present(node.inputs[matrices.operand], 'operand')), weight: made.weight, bias });
      });
    },
  };
}
