// What became of each layer with weights.

import { present } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Node, Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { LayerCourse } from '../../report/report-data.ts';
import { parameterNames } from '../../sparsity/constant-maps.ts';
import type { StructureReport } from '../../sparsity/structure-report.ts';
import { zeroLines } from '../../sparsity/zero-lines.ts';

/** @param structure Of the same two programs. */
export function layerCourses(trained: Program, compacted: Program, { layers }: StructureReport, ops: OpRegistry): readonly LayerCourse[] {
  const after = new Map(zeroLines(compacted, ops).map(({ weight, node }) => [weight, node]));
  return zeroLines(trained, ops).map(({ node, weight, rows, columns }, i) => {
    const { name, op, weights, macs } = present(layers[i], weight);
    const left = after.get(weight);
    return {
      name,
      op,
      shape: { dense: shapeOf(node), ...(left && { compacted: shapeOf(left) }) },
      rows,
      columns,
      weights,
      macs,
      bytes: { dense: bytesOf(node, trained), compacted: left ? bytesOf(left, compacted) : 0 },
    };
  });
}

/** Without the batch. */
function shapeOf({ results: [result = []] }: Node): readonly number[] {
  return result.slice(1);
}

function bytesOf({ inputs }: Node, program: Program): number {
  const names = parameterNames(program);
  return 4 * inputs.reduce((sum, { node }) => sum + sizeOf(program.parameters.get(names.get(node) ?? '')?.shape ?? [0]), 0);
}
