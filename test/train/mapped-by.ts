// What a step makes of parameters whose gradients are zero: the proximal map alone.

import { tensor } from '../../src/base/tensor.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Program } from '../../src/ir/graph.ts';
import type { GroupSet } from '../../src/ir/group.ts';
import type { CrossingScheme } from '../../src/ir/network.ts';
import type { F64Tensor } from '../../src/ir/op.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { ops } from '../../src/ops/index.ts';
import { appendUpdate } from '../../src/train/update.ts';
import { scalar, sgd } from './networks.ts';

export function mappedBy(program: Program, sets: readonly GroupSet[], rate: number, crossing: CrossingScheme): ReadonlyMap<string, F64Tensor> {
  const builder = graphBuilder('map', { samples: 1, shards: 1 }, ops);
  const feeds = new Map<string, F64Tensor>([['rate', scalar(rate)], ['strength', scalar(1)]]);
  const fed = (name: string, { shape, data }: F64Tensor) => {
    feeds.set(name, tensor(shape, data));
    return builder.parameter(name, shape);
  };
  const parameters = [...program.parameters].map(([name, { shape, data }]) => {
    const value = fed(name, tensor(shape, data));
    const nothing = tensor(shape, new Float64Array(data.length));
    return { name, layer: name, decay: false, value, point: value, buffers: { momentum: fed(`${name}.momentum`, nothing) }, gradient: fed(`${name}.gradient`, nothing) };
  });
  const scalars = { rate: builder.input('rate', 'scalar', []), strength: builder.input('strength', 'scalar', []), own: {} };
  appendUpdate(builder, parameters, { optimizer: sgd(), method: 'proximal', crossing, penalties: sets }, scalars);
  const graph = builder.finish();
  verifyGraph(graph, ops, 'map');
  return evaluate(graph, ops, feeds).state;
}
