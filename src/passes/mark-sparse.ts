// Marks the weights most of which are zero after all that goes as a whole is gone: single weights, vectors, 2-D filters.
// Kernels may leave these zeros out. A network that is built dense is not marked, so that it multiplies by them.

import { present } from '../base/invariant.ts';
import { nodeMap, type ParameterData, type Program } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import { matricesOf } from '../ir/op.ts';
import { inputShapes } from '../sparsity/constant-maps.ts';
import type { Pass } from './pass.ts';

/** Of all weights of a tensor, the share up to which walking those that are left can be worth it. */
const mostKept = 0.5;

export const markSparse: Pass = {
  name: 'mark-sparse',
  doc: 'marks the weights most of which are zero, for kernels that leave zeros out',
  requires: ['compact'],
  ensures: [],
  run: (program, { ops }) => {
    const { graph, parameters } = program;
    const byId = nodeMap(graph);
    const names = graph.nodes.flatMap((node): readonly string[] => {
      const matrices = matricesOf(present(ops.get(node.op), `op ${node.op}`), node.attrs, inputShapes(node, byId));
      if (!matrices) return [];
      const name = fedName(present(byId.get(present(node.inputs[matrices.weight], 'weight').node), 'leaf'));
      const value = name === undefined ? undefined : parameters.get(name);
      return name !== undefined && value && isSparse(value) ? [name] : [];
    });
    return names.length === 0 ? program : { graph, parameters: marked(parameters, new Set(names)) };
  },
};

function isSparse({ data }: ParameterData): boolean {
  let kept = 0;
  for (const weight of data) if (weight !== 0) kept++;
  return kept <= mostKept * data.length;
}

function marked(parameters: Program['parameters'], names: ReadonlySet<string>): Program['parameters'] {
  return new Map([...parameters].map(([name, value]): [string, ParameterData] => [name, names.has(name) ? { ...value, sparse: true } : value]));
}
