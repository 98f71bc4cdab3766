// Folds an affine map per channel into the weights before it, where nothing else reads their result:
//
//   y = scale[o] * (sum_t W[o,t] x[t] + b[o]) + shift[o]
//     = sum_t (scale[o] W[o,t]) x[t] + (scale[o] b[o] + shift[o])

import { present } from '../base/invariant.ts';
import { nodeMap, usesOf, valueKey } from '../ir/graph.ts';
import type { Node, Program } from '../ir/graph.ts';
import { affineRule } from '../ir/op.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { AffinePerChannel } from '../ir/pruning-rules.ts';
import { inputShapes, knownInputs, parameterNames } from '../sparsity/constant-maps.ts';
import { rewrite } from './rewrite.ts';
import { weightUse } from '../sparsity/weight-use.ts';
import type { WeightUse } from '../sparsity/weight-use.ts';
import { addWeightNode } from './weight-node.ts';

export function foldAffine(program: Program, ops: OpRegistry): Program {
  const folds = findFolds(program, ops);
  const source = new Map([...folds.values()].flatMap(({ weights, maps }) => maps.map((map) => [map.id, weights.node] as const)));
  return rewrite(program, ops, (node, rewriter) => {
    const before = source.get(node.id);
    if (before) return [rewriter.copied({ node: before.id, result: 0 })];
    const fold = folds.get(node.id);
    if (!fold) return undefined;
    const { weights, affine } = fold;
    const operand = rewriter.copied(present(node.inputs[weights.matrices.operand], 'operand'));
    return addWeightNode(node, weights.matrices, rewriter, { op: node.op, attrs: node.attrs, operand, ...scaled(weights, affine) });
  });
}

interface Fold {
  readonly weights: WeightUse;
  /** The maps taken over, in order: each is the only reader of what is before it. */
  readonly maps: readonly Node[];
  /** Their composition. */
  readonly affine: AffinePerChannel;
}

/** By the node whose weights take the maps over. */
function findFolds(program: Program, ops: OpRegistry): ReadonlyMap<number, Fold> {
  const { graph } = program;
  const nodes = nodeMap(graph);
  const names = parameterNames(program);
  const uses = usesOf(graph);
  const answered = new Set(graph.outputs.map(({ value }) => valueKey(value)));
  const folds = new Map<number, Fold>();
  const rootOfMap = new Map<number, number>();
  for (const map of graph.nodes) {
    const rule = affineRule(present(ops.get(map.op), `op ${map.op}`));
    const [source] = map.inputs;
    if (!rule || !source || answered.has(valueKey(source)) || uses.get(valueKey(source))?.length !== 1) continue;
    const affine = rule(map.attrs, knownInputs(map, program, names));
    const root = rootOfMap.get(source.node) ?? source.node;
    const earlier = folds.get(root);
    const node = present(nodes.get(root), `node %${root}`);
    const weights = earlier?.weights ?? weightUse(node, present(ops.get(node.op), `op ${node.op}`), inputShapes(node, nodes), knownInputs(node, program, names), new Map());
    if (!weights) continue;
    rootOfMap.set(map.id, root);
    folds.set(root, { weights, maps: [...(earlier?.maps ?? []), map], affine: earlier ? composed(earlier.affine, affine) : affine });
  }
  return folds;
}

/** The second map after the first. */
function composed(first: AffinePerChannel, second: AffinePerChannel): AffinePerChannel {
  return {
    scale: first.scale.map((scale, c) => scale * (second.scale[c] as number)),
    shift: first.shift.map((shift, c) => shift * (second.scale[c] as number) + (second.shift[c] as number)),
  };
}

function scaled(use: WeightUse, { scale, shift }: AffinePerChannel): { weight: { shape: readonly number[]; data: Float64Array }; bias: Float64Array } {
  const weight = present(use.known[use.matrices.weight], 'weight');
  const data = weight.data.slice();
  for (const { weightOffset, rowOffset, rows, channels } of use.parts) {
    const columns = channels.length;
    for (let row = 0; row < rows; row++) {
      const factor = scale[rowOffset + row] as number;
      for (let at = weightOffset + row * columns; at < weightOffset + (row + 1) * columns; at++) data[at] = (data[at] as number) * factor;
    }
  }
  const before = use.matrices.bias === undefined ? undefined : use.known[use.matrices.bias]?.data;
  const bias = shift.map((by, row) => (before?.[row] ?? 0) * (scale[row] as number) + by);
  return { weight: { shape: weight.shape, data }, bias };
}
