// Instance normalisation (Ulyanov et al. 2016): of each sample, each channel over its places (support/group-norm.ts).
//
// A channel that is the same everywhere has no deviation, and is beta behind it.

import { flag, number } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { elementwiseLinks, identityLink } from '../support/axes.ts';
import { groupNormRules } from '../support/group-norm.ts';
import { nestName } from '../support/nests.ts';
import { nests } from '../support/parts.ts';
import { activationShape, sampleBatch } from '../support/sampling.ts';
import { operand } from '../support/shapes.ts';

const { lower, ...rules } = groupNormRules<{ readonly epsilon: number; readonly affine: boolean }>('instance_norm', (_attrs, channels) => channels);

export const instanceNorm: Op = defineOp({ epsilon: number, affine: flag })({
  ...rules,
  name: 'instance_norm',
  doc: 'Normalises each channel of each sample.',
  syntax: {
    operands: ['input'],
    params: [
      { name: 'epsilon', doc: 'added to the variance', type: 'positive', default: 1e-5 },
      { name: 'affine', doc: 'whether each channel has a learned factor and shift', type: 'flag', default: true },
    ],
    example: 'instance_norm(conv1)',
  },
  pruning: {
    kind: 'channels',
    axes: (_attrs, inputs) => [elementwiseLinks(operand(inputs, 0)), ...inputs.slice(1).map(() => [identityLink(1)])],
    constant: ({ affine }, [values], [, gamma, beta], [shape]) =>
      Float64Array.from({ length: shape?.[1] ?? 0 }, (_, c) => {
        const known = !Number.isNaN(values?.[c] ?? NaN) || gamma?.data[c] === 0;
        return known ? (affine ? (beta?.data[c] ?? NaN) : 0) : NaN;
      }),
  },
  lowering: nests((node, inputs) => lower(nestName(node, 'instance_norm'), node.attrs, inputs)),
  sample: (random) => {
    const shape = activationShape(random);
    const affine = random() < 0.7;
    const each = [operand(shape, 1)];
    return { attrs: { epsilon: 0.1, affine }, inputs: affine ? [shape, each, each] : [shape], batch: sampleBatch };
  },
  tolerance: 16,
});
