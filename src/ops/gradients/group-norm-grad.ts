// Gradient of group norm by its input, through the statistics. With M elements a group and xhat = (x - mean) / deviation:
//
//   result = (M * g - sum(g) - xhat * sum(g * xhat)) / (M * deviation)

import { number } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import type { NestExpr } from '../../ir/nest.ts';
import { accumulator, add, constant, input, load, mul, sub, temporary } from '../../ir/nest.ts';
import { groupAt, groupStore, groupSum, meansOf, normGroups, standardized, statisticsNests, statisticsOf } from '../support/group-norm.ts';
import type { GroupAxes } from '../support/group-norm.ts';
import { nestName } from '../support/nests.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { activationShape, between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectSame, operand } from '../support/shapes.ts';

export const groupNormGrad: Op = defineOp({ groups: number, epsilon: number })({
  name: 'group_norm_grad',
  doc: 'Gradient of group norm without factors by its input.',
  infer: ({ groups }, inputs) => {
    expectCount(inputs, 'group_norm_grad', 2);
    expectSame(operand(inputs, 0), operand(inputs, 1), 'group_norm_grad');
    normGroups(operand(inputs, 0), groups, 'group_norm_grad');
    return [operand(inputs, 0)];
  },
  reference: ({ groups, epsilon }, inputs) => {
    const [g, x] = [operand(inputs, 0), operand(inputs, 1)];
    const of = normGroups(x.shape, groups, 'group_norm_grad');
    const { inverse } = statisticsOf(of, epsilon, x.data);
    const normal = standardized(of, epsilon, x.data);
    const [mean, dot] = [meansOf(of, g.data), meansOf(of, g.data.map((each, at) => each * (normal[at] as number)))];
    return [{ shape: g.shape, data: g.data.map((each, at) => {
      const group = groupAt(of, at);
      return (inverse[group] as number) * (each - (mean[group] as number) - (normal[at] as number) * (dot[group] as number));
    }) }];
  },
  training: undifferentiated,
  pruning: opaque,
  // Temporaries 2: the mean of g, 3: that of g xhat.
  lowering: nests((node, inputs) => {
    const { groups, epsilon } = node.attrs;
    const of = normGroups(operand(inputs, 0), groups, 'group_norm_grad');
    const name = nestName(node, 'group_norm', 'grad');
    const share = mul(accumulator, constant(1 / of.count));
    const normal = ({ at, group }: GroupAxes): NestExpr => mul(sub(load(input(1), at), load(temporary(0), group)), load(temporary(1), group));
    const store = groupStore(name, of, (axes) => {
      const { at, group } = axes;
      const apart = sub(load(input(0), at), add(load(temporary(2), group), mul(normal(axes), load(temporary(3), group))));
      return mul(load(temporary(1), group), apart);
    });
    return {
      nests: [
        ...statisticsNests(name, of, epsilon, 1),
        ...groupSum(`${name}.sum`, of, temporary(2), ({ at }) => load(input(0), at), share),
        ...groupSum(`${name}.dot`, of, temporary(3), (axes) => mul(load(input(0), axes.at), normal(axes)), share),
        ...store,
      ],
      temporaries: Array.from({ length: 4 }, () => [of.samples, of.groups]),
    };
  }),
  sample: (random) => {
    const groups = between(random, 1, 3);
    const whole = activationShape(random);
    const shape = whole.with(1, groups * operand(whole, 1));
    return { attrs: { groups, epsilon: 0.1 }, inputs: [shape, shape], batch: sampleBatch };
  },
  tolerance: 32,
});
