// Turns layers into ops that compute the same from fewer products, where their records know one: convolutions of 3 x 3
// by Winograd's minimal filtering. Results round otherwise, and weights take more room, so this is for who asks for it.
//
//   %3 = conv(%0, %1, %2) {window: [3, 3], ...}     ->   %3 = winograd_conv(%0, %1', %2) {window: [3, 3], ...}

import { present } from '../base/invariant.ts';
import { nodeMap, valueKey, type Node, type ParameterData, type Program } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import { matricesOf, type FewerProducts, type OpRegistry } from '../ir/op.ts';
import type { WeightMatrices } from '../ir/pruning-rules.ts';
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
      const layers = new Map(layersWithFewer(program, ops, least).filter(({ made }) => made.error <= allowed).map((layer) => [layer.node.id, layer]));
      return rewrite(program, ops, (node, rewriter) => {
        const layer = layers.get(node.id);
        if (!layer) return undefined;
        const { matrices, made } = layer;
        const bias = matrices.bias === undefined ? undefined : present(rewriter.known(present(node.inputs[matrices.bias], 'bias')), 'bias').value.data;
        return addWeightNode(node, matrices, rewriter, { op: made.op, attrs: made.attrs, operand: rewriter.copied(present(node.inputs[matrices.operand], 'operand')), weight: made.weight, bias });
      });
    },
  };
}

/** A layer that can be computed from fewer products. */
export interface LayerWithFewer {
  readonly node: Node;
  readonly matrices: WeightMatrices;
  readonly weight: ParameterData;
  readonly made: FewerProducts;
}

/** Those that are worth it: with weights of their own that are not sparse. */
export function layersWithFewer({ graph, parameters }: Program, ops: OpRegistry, least: number = leastGain): readonly LayerWithFewer[] {
  const nodes = nodeMap(graph);
  const uses = new Map<string, number>();
  for (const { inputs } of graph.nodes) for (const value of inputs) uses.set(valueKey(value), (uses.get(valueKey(value)) ?? 0) + 1);
  return graph.nodes.flatMap((node): readonly LayerWithFewer[] => {
    const op = present(ops.get(node.op), `op ${node.op}`);
    const shapes = inputShapes(node, nodes);
    const matrices = matricesOf(op, node.attrs, shapes);
    const value = matrices && node.inputs[matrices.weight];
    if (!matrices || !value || uses.get(valueKey(value)) !== 1) return [];
    const weight = parameters.get(fedName(present(nodes.get(value.node), 'leaf')) ?? '');
    const made = weight && !weight.sparse ? op.fewerProducts?.(node.attrs, shapes, weight) : undefined;
    return weight && made && made.gain >= least ? [{ node, matrices, weight, made }] : [];
  });
}
