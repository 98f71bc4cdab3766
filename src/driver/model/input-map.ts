// Which numbers of the input a network still reads, where its first layers with weights read the input
// itself: the picture of Figure 4 of Wen et al., 2016.

import { present } from '../../base/invariant.ts';
import type { Shape } from '../../base/tensor.ts';
import { sizeOf } from '../../base/tensor.ts';
import { nodeMap, sameValue } from '../../ir/graph.ts';
import type { Node, Program, Value } from '../../ir/graph.ts';
import { isInput } from '../../ir/leaf.ts';
import { matricesOf } from '../../ir/op.ts';
import type { Op, OpRegistry } from '../../ir/op.ts';

export interface InputMap {
  /** CHW, or features. */
  readonly shape: Shape;
  readonly used: number;
  /** 1 where a number is read, row-major. */
  readonly flags: readonly number[];
}

/** Undefined: some reader of the input needs more than single numbers (a convolution, a pool). */
export function usedInputs({ graph }: Program, shape: Shape, ops: OpRegistry): InputMap | undefined {
  const nodes = nodeMap(graph);
  const shapesOf = (node: Node): readonly Shape[] => node.inputs.map((value) => present(nodes.get(value.node)?.results[value.result], 'shape of an operand'));
  const size = sizeOf(shape);
  const flags = Array.from({ length: size }, () => 0);
  const carriers: Value[] = graph.nodes.filter(isInput).map(({ id }) => ({ node: id, result: 0 }));
  let readers = 0;
  for (const node of graph.nodes) {
    const operand = node.inputs.findIndex((value) => carriers.some((carrier) => sameValue(carrier, value)));
    if (operand < 0) continue;
    const op = present(ops.get(node.op), `op ${node.op}`);
    if (keepsOrder(op, node, shapesOf(node), operand)) {
      carriers.push({ node: node.id, result: 0 });
      continue;
    }
    const matrices = matricesOf(op, node.attrs, shapesOf(node));
    // Of an image with rows and columns, a channel is no single number.
    if (!matrices || matrices.operand !== operand || shapesOf(node)[operand]?.length !== 2) return undefined;
    for (const part of matrices.parts) for (const channel of part.channels) flags[channel] = 1;
    readers++;
  }
  if (readers === 0) return undefined;
  return { shape, used: flags.filter((flag) => flag === 1).length, flags };
}

/** Whether the result's numbers are the operand's, one by one, in row-major order. */
function keepsOrder(op: Op, node: Node, shapes: readonly Shape[], operand: number): boolean {
  if (node.inputs.length > 1 || sizeOf(node.results[0] ?? []) !== sizeOf(shapes[operand] ?? [])) return false;
  if (op.lowering.kind === 'view') return true;
  return op.pruning.kind === 'channels' && (op.pruning.axes(node.attrs, shapes)[operand] ?? []).every((link) => link.kind === 'identity');
}
