// Group normalisation (Wu & He 2018): of each sample, over groups of channels (support/group-norm.ts).
//
// All channels of a group have a part in its statistics, so none is removed through it.

import { flag, number } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { groupNormRules } from '../support/group-norm.ts';
import { nestName } from '../support/nests.ts';
import { nests, opaque } from '../support/parts.ts';
import { activationShape, between, sampleBatch } from '../support/sampling.ts';
import { operand } from '../support/shapes.ts';

const { lower, ...rules } = groupNormRules<{ readonly groups: number; readonly epsilon: number; readonly affine: boolean }>('group_norm', ({ groups }) => groups);

export const groupNorm: Op = defineOp({ groups: number, epsilon: number, affine: flag })({
  ...rules,
  name: 'group_norm',
  doc: 'Normalises groups of channels of each sample.',
  syntax: {
    operands: ['input'],
    params: [
      { name: 'groups', doc: 'groups of channels', type: 'count' },
      { name: 'epsilon', doc: 'added to the variance', type: 'positive', default: 1e-5 },
      { name: 'affine', doc: 'whether each channel has a learned factor and shift', type: 'flag', default: true },
    ],
    example: 'group_norm(conv1, groups = 4)',
  },
  pruning: opaque,
  lowering: nests((node, inputs) => lower(nestName(node, 'group_norm'), node.attrs, inputs)),
  sample: (random) => {
    const groups = between(random, 1, 3);
    const whole = activationShape(random);
    const shape = whole.with(1, groups * operand(whole, 1));
    const affine = random() < 0.7;
    const each = [operand(shape, 1)];
    return { attrs: { groups, epsilon: 0.1, affine }, inputs: affine ? [shape, each, each] : [shape], batch: sampleBatch };
  },
  tolerance: 16,
});
