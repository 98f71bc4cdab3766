// The weights of a trained network with zeros where elimination takes them out, and where that is: nobody has to store or
// read what no output depends on. A filter that is zero takes with it the weights of the next layer that read it, though these need not
// be zero themselves.

import { present } from '../../base/invariant.ts';
import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { parameterNames } from '../constant-maps.ts';
import type { Stages } from '../group-fate.ts';
import { flagsOf } from '../kept-channels.ts';
import { keptWeights } from '../kept-weights.ts';
import { findRemoval } from '../removal.ts';

export interface LeftInPlace {
  /** The trained one, its weights as elimination finds them: a batch norm that is folded may have made some zero. */
  readonly program: Program;
  /** 1 for each weight that elimination takes out, by the name of the parameter. */
  readonly removed: ReadonlyMap<string, Uint8Array>;
}

export function leftInPlace({ trained, prepared, compacted }: Stages, ops: OpRegistry): LeftInPlace {
  const removal = findRemoval(prepared, ops);
  const names = parameterNames(prepared);
  const parameters = new Map(trained.parameters);
  const removed = new Map<string, Uint8Array>();
  for (const use of removal.weights.values()) {
    const name = present(names.get(use.node.inputs[use.matrices.weight]?.node ?? -1), 'name of a weight');
    const { shape, data: before } = present(prepared.parameters.get(name), name);
    const data = new Float64Array(before.length);
    const gone = new Uint8Array(before.length).fill(1);
    removed.set(name, gone);
    parameters.set(name, { shape, data });
    if (!compacted.parameters.has(name)) continue;
    const operand = present(use.node.inputs[use.matrices.operand], 'operand');
    const { parts } = keptWeights(use, flagsOf(removal.kept, { node: use.node.id, result: 0 }), flagsOf(removal.kept, operand));
    for (const [p, { weightOffset, channels }] of use.parts.entries()) {
      const { rows, columns } = present(parts[p], 'part');
      for (const row of rows) {
        for (const column of columns) {
          const at = weightOffset + row * channels.length + column;
          gone[at] = 0;
          data[at] = before[at] as number;
        }
      }
    }
  }
  return { program: { graph: trained.graph, parameters }, removed };
}
