// Average pooling: the mean of each window's elements. What the sum is divided by is a choice (support/average.ts).

import { oneOf, optional } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import { averageGradient, divisors, meansNest, windowMeans } from '../support/average.ts';
import type { Divisor } from '../support/average.ts';
import { lowered, nestName } from '../support/nests.ts';
import { differentiated, nests, sameConstants } from '../support/parts.ts';
import { poolAttributes, poolAxes, poolGeometry, poolParams, pooledShape, reachesOutside, samplePool, writtenPool } from '../support/pools.ts';
import { choose } from '../support/sampling.ts';
import { expectCount, operand } from '../support/shapes.ts';

/** Left out: `inside`. */
const divisor = optional(oneOf('padded', 'window'));

/** As an attribute. */
const written = (chosen: Divisor): { readonly divisor?: 'padded' | 'window' } => (chosen === 'inside' ? {} : { divisor: chosen });

export const avgPool: Op = defineOp({ ...poolAttributes, divisor })({
  name: 'avg_pool',
  doc: 'The mean of each window.',
  syntax: {
    operands: ['input'],
    params: [...poolParams, { name: 'divisor', doc: 'what a window is divided by: its elements inside the input, padding too, or all its places', type: divisors, default: 'inside' }],
    example: 'avg_pool(conv1, window = 2)',
    attrs: (args, operands) => ({ ...writtenPool(args, operands, 'avg_pool'), ...written(args.get('divisor') as Divisor) }),
  },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'avg_pool', 1);
    return [pooledShape(poolGeometry(attrs, operand(inputs, 0), 'avg_pool'))];
  },
  reference: (attrs, inputs) => [windowMeans(poolGeometry(attrs, operand(inputs, 0).shape, 'avg_pool'), attrs.divisor ?? 'inside', operand(inputs, 0).data)],
  training: differentiated((context) => averageGradient(context, context.node.attrs)),
  pruning: {
    kind: 'channels',
    axes: poolAxes,
    // A window that counts zeros from outside has another mean than one within.
    constant: (attrs, operands, known, inputs) => {
      const constants = sameConstants(attrs, operands, known, inputs);
      const alike = attrs.divisor === undefined || !reachesOutside(poolGeometry(attrs, operand(inputs, 0), 'avg_pool'));
      return alike ? constants : constants.map((value) => (value === 0 ? 0 : NaN));
    },
  },
  lowering: nests((node, inputs) => lowered([meansNest(nestName(node, 'avg_pool'), poolGeometry(node.attrs, operand(inputs, 0), 'avg_pool'), node.attrs.divisor ?? 'inside')])),
  sample: (random) => {
    const { attrs, inputs, batch } = samplePool(random);
    return { attrs: { ...attrs, ...written(choose(random, divisors)) }, inputs, batch };
  },
  bound: 'monotone',
  tolerance: 4,
});
