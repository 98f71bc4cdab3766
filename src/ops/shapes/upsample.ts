// Nearest neighbour: each element becomes a block of `factor` rows by columns of it.
//
//   result[n, c, y, x] = input[n, c, floor(y / rows), floor(x / columns)]

import { pair } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { zeros } from '../../base/tensor.ts';
import { along, input, load, looked } from '../../ir/nest.ts';
import { blocksOf } from '../support/blocks.ts';
import { activationAxes, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated, nests, sameConstants } from '../support/parts.ts';
import { poolAxes, sampleImage } from '../support/pools.ts';
import { between } from '../support/sampling.ts';
import { expectCount, finiteShape, operand } from '../support/shapes.ts';

export const upsample: Op = defineOp({ factor: pair })({
  name: 'upsample',
  doc: 'Repeats each element as a block.',
  syntax: { operands: ['input'], params: [{ name: 'factor', doc: 'how many rows and columns each element becomes', type: 'pair' }], example: 'upsample(conv4, factor = 2)' },
  infer: ({ factor }, inputs) => {
    expectCount(inputs, 'upsample', 1);
    return [finiteShape(blocksOf(operand(inputs, 0), factor, 'upsample').large, 'the result of upsample')];
  },
  reference: ({ factor }, inputs) => {
    const { large, smallAt } = blocksOf(operand(inputs, 0).shape, factor, 'upsample');
    const result = zeros(large);
    return [{ shape: large, data: result.data.map((_, at) => operand(inputs, 0).data[smallAt(at)] as number) }];
  },
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('upsample_grad', [g], node.attrs, { layer: node.layer })]),
  pruning: { kind: 'channels', axes: poolAxes, constant: sameConstants },
  lowering: nests((node, inputs) => {
    const { factor } = node.attrs;
    const { large } = blocksOf(operand(inputs, 0), factor, 'upsample');
    const small = (d: 0 | 1): readonly number[] => Array.from({ length: large[2 + d] ?? 0 }, (_, i) => Math.floor(i / factor[d]));
    const value = load(input(0), [along(0), along(1), looked(2, small(0)), looked(3, small(1))]);
    return lowered([storeNest(nestName(node, 'upsample'), activationAxes(large), value)]);
  }),
  sample: (random) => ({ attrs: { factor: [between(random, 1, 3), between(random, 1, 3)] }, ...sampleImage(random) }),
  bound: 'monotone',
  tolerance: 0,
});
