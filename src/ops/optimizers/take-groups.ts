// Numbers of some groups as those of others: result[i] = x[table[i]], or `otherwise` where the table says -1.

import { number, numbers } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import { along, input, load, looked, result } from '../../ir/nest.ts';
import { tensor } from '../../base/tensor.ts';
import { lowered, nestName, storeNest } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, operand } from '../support/shapes.ts';

export const takeGroups: Op = defineOp({ table: numbers, otherwise: number })({
  name: 'take_groups',
  doc: 'A number for each entry of a table of groups.',
  infer: ({ table }, inputs) => {
    expectCount(inputs, 'take_groups', 1);
    const [groups = NaN, ...others] = operand(inputs, 0);
    if (others.length > 0 || !table.every((at) => at >= -1 && at < groups)) throw new ShapeError(`take_groups has no table of the groups of [${operand(inputs, 0).join(', ')}]`);
    return [[table.length]];
  },
  reference: ({ table, otherwise }, inputs) => {
    const { data } = operand(inputs, 0);
    return [tensor([table.length], Float64Array.from(table, (at) => data[at] ?? otherwise))];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node) => {
    const { table, otherwise } = node.attrs;
    return lowered([storeNest(nestName(node, 'take_groups', 'take'), [{ name: 'g', extent: table.length, kind: 'parallel' }], load(input(0), [looked(0, table)], otherwise), result(0), [along(0)])]);
  }),
  sample: (random) => {
    const groups = between(random, 1, 6);
    const table = Array.from({ length: between(random, 1, 8) }, () => between(random, -1, groups - 1));
    return { attrs: { table, otherwise: between(random, 0, 1) }, inputs: [[groups]], batch: sampleBatch };
  },
  tolerance: 0,
});
