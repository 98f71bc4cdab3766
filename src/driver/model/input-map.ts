// Which numbers of the input a network still reads, where its first layers with weights read the input
// itself: the picture of Figure 4 of Wen et al., 2016.

import { present } from '../../base/invariant.ts';
import type { Shape } from '../../base/tensor.ts';
import { sizeOf } from '../../base/tensor.ts';
import { nodeMap, sameValue } from '../../ir/graph.ts';
import type { Node, Program, Value } from '../../ir/graph.ts';
import { isInput, isParameter } from '../../ir/leaf.ts';
import { matricesOf } from '../../ir/op.ts';
import type { Op, OpRegistry } from '../../ir/op.ts';
import type { WeightMatrices } from '../../ir/pruning-rules.ts';
import { inputShapes, parameterNames } from '../../sparsity/constant-maps.ts';

export interface InputMap {
  /** CHW, or features. */
  readonly shape: Shape;
  readonly used: number;
  /** 1 where a number is read, row-major. */
  readonly flags: readonly number[];
  /** Weights that are not zero and read each number, row-major. */
  readonly connections: readonly number[];
}

/** Undefined: some reader of the input needs more than single numbers (a convolution, a pool). */
export function usedInputs(program: Program, shape: Shape, ops: OpRegistry): InputMap | undefined {
  const names = parameterNames(program);
  const [flags, connections] = [0, 0].map((zero) => Array.from({ length: sizeOf(shape) }, () => zero)) as [number[], number[]];
  const readers = inputReaders(program, ops);
  for (const { node, operand, matrices, shapes } of readers) {
    // Of an image with rows and columns, a channel is no single number.
    if (!matrices || matrices.operand !== operand || shapes[operand]?.length !== 2) return undefined;
    const name = present(names.get(node.inputs[matrices.weight]?.node ?? -1), 'name of a weight');
    const { data } = present(program.parameters.get(name), name);
    let at = 0;
    for (const { rows, channels } of matrices.parts) {
      for (const channel of channels) flags[channel] = 1;
      for (let row = 0; row < rows; row++) {
        for (const channel of channels) if (data[at++] !== 0) connections[channel] = (connections[channel] as number) + 1;
      }
    }
  }
  if (readers.length === 0) return undefined;
  return { shape, used: flags.filter((flag) => flag === 1).length, flags, connections };
}

/** A node that reads the numbers of the input, in their order. */
export interface InputReader {
  readonly node: Node;
  /** Which of its inputs does. */
  readonly operand: number;
  /** Of all its inputs. */
  readonly shapes: readonly Shape[];
  /** Absent: it has no weights. */
  readonly matrices: WeightMatrices | undefined;
}

/** Behind nodes that pass the numbers on one by one, whatever parameters do to each. */
export function inputReaders({ graph }: Program, ops: OpRegistry): readonly InputReader[] {
  const nodes = nodeMap(graph);
  const carriers: Value[] = graph.nodes.filter(isInput).map(({ id }) => ({ node: id, result: 0 }));
  return graph.nodes.flatMap((node): InputReader[] => {
    const operand = node.inputs.findIndex((value) => carriers.some((carrier) => sameValue(carrier, value)));
    if (operand < 0) return [];
    const op = present(ops.get(node.op), `op ${node.op}`);
    const shapes = inputShapes(node, nodes);
    const alone = node.inputs.every((value, i) => i === operand || isParameter(present(nodes.get(value.node), `%${value.node}`)));
    if (!alone || !keepsOrder(op, node, shapes, operand)) return [{ node, operand, shapes, matrices: matricesOf(op, node.attrs, shapes) }];
    carriers.push({ node: node.id, result: 0 });
    return [];
  });
}

/** Whether each number of the result is of one of the operand's, in row-major order. */
function keepsOrder(op: Op, node: Node, shapes: readonly Shape[], operand: number): boolean {
  if (sizeOf(node.results[0] ?? []) !== sizeOf(shapes[operand] ?? [])) return false;
  if (op.lowering.kind === 'view') return true;
  return op.pruning.kind === 'channels' && (op.pruning.axes(node.attrs, shapes)[operand] ?? []).every((link) => link.kind === 'identity');
}
