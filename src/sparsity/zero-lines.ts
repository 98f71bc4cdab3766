// Rows and columns of weight matrices that are zero, the row and column sparsity of Table 3 of Wen et al., 2016:
// counted where training left the zeros, before elimination makes more of them go.

import { present } from '../base/invariant.ts';
import { nodeMap } from '../ir/graph.ts';
import type { Node, Program } from '../ir/graph.ts';
import { matricesOf } from '../ir/op.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { WeightMatrices } from '../ir/pruning-rules.ts';
import { inputShapes, parameterNames } from './constant-maps.ts';

export interface LineCount {
  readonly zero: number;
  readonly total: number;
}

export interface ZeroLines {
  readonly node: Node;
  /** The name of the weight. */
  readonly weight: string;
  /** Of all parts of the weight (convolution groups). */
  readonly rows: LineCount;
  readonly columns: LineCount;
}

/** Of every node with weights, in the order of the graph. */
export function zeroLines(program: Program, ops: OpRegistry): readonly ZeroLines[] {
  const nodes = nodeMap(program.graph);
  const names = parameterNames(program);
  return program.graph.nodes.flatMap((node) => {
    const matrices = matricesOf(present(ops.get(node.op), `op ${node.op}`), node.attrs, inputShapes(node, nodes));
    const weight = matrices && names.get(node.inputs[matrices.weight]?.node ?? -1);
    if (!matrices || weight === undefined) return [];
    return [{ node, weight, ...countLines(matrices, present(program.parameters.get(weight), weight).data) }];
  });
}

function countLines({ parts }: WeightMatrices, weights: ArrayLike<number>): Pick<ZeroLines, 'rows' | 'columns'> {
  const alive = { rows: 0, columns: 0 };
  const total = { rows: 0, columns: 0 };
  let at = 0;
  for (const { rows, channels: { length: columns } } of parts) {
    const columnAlive = new Uint8Array(columns);
    for (let row = 0; row < rows; row++) {
      let rowAlive = 0;
      for (let column = 0; column < columns; column++) if (weights[at++] !== 0) rowAlive = columnAlive[column] = 1;
      alive.rows += rowAlive;
    }
    alive.columns += columnAlive.reduce((sum, flag) => sum + flag, 0);
    total.rows += rows;
    total.columns += columns;
  }
  const counted = (of: 'rows' | 'columns'): LineCount => ({ zero: total[of] - alive[of], total: total[of] });
  return { rows: counted('rows'), columns: counted('columns') };
}
