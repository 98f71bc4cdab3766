// Adds the shards' sums in order: result[...] = scale * sum over s of input[s, ...]

import type { Op } from '../../ir/op.ts';
import { number } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { stridesOf, zeros } from '../../base/tensor.ts';
import { accumulator, along, constant, input, load, mul, result } from '../../ir/nest.ts';
import { lowered, nestName, plainAxes, reduce } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { anyShape, sampleBatch } from '../support/sampling.ts';
import { expectCount, operand } from '../support/shapes.ts';

export const sumShards: Op = defineOp({ scale: number })({
  name: 'sum_shards',
  doc: 'Sum over the shard axis, times a constant.',
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'sum_shards', 1);
    return [operand(inputs, 0).slice(1)];
  },
  reference: (attrs, inputs) => {
    const parts = operand(inputs, 0);
    const { scale } = attrs;
    const sum = zeros(parts.shape.slice(1));
    const [stride = 1] = stridesOf(parts.shape);
    for (let at = 0; at < parts.data.length; at++) sum.data[at % stride] = (sum.data[at % stride] as number) + (parts.data[at] as number);
    for (let at = 0; at < stride; at++) sum.data[at] = (sum.data[at] as number) * scale;
    return [sum];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const [shards = 1, ...shape] = operand(inputs, 0);
    const { scale } = node.attrs;
    const at = shape.map((_, d) => along(d));
    return lowered([
      {
        name: nestName(node, 'sum_shards', 'sum-shards'),
        axes: [...plainAxes(shape), reduce('s', shards)],
        write: { tensor: result(0), index: at },
        combine: 'sum',
        initial: 0,
        value: load(input(0), [along(shape.length), ...at]),
        ...(scale !== 1 && { finish: mul(accumulator, constant(scale)) }),
      },
    ]);
  }),
  sample: (random) => ({ attrs: { scale: random() < 0.5 ? 1 : random() }, inputs: [[sampleBatch.shards, ...anyShape(random)]], batch: sampleBatch }),
  tolerance: 2,
});
