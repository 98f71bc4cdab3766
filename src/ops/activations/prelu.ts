// Rectifier with a learned slope a channel (He et al. 2015): result = input where it is positive, else slope[c] * input
//
// Slopes join no group of the layer before: a channel of zeros stays zero whatever its slope. He et al. do not decay
// them, and so it is here.

import type { Attrs } from '../../ir/graph.ts';
import type { Op } from '../../ir/op.ts';
import type { ParameterSpec } from '../../ir/parameter-spec.ts';
import { defineOp } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { along, constant, input, load, mul, select } from '../../ir/nest.ts';
import { elementwiseLinks, identityLink } from '../support/axes.ts';
import { activationAxes, everywhere, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated } from '../support/parts.ts';
import { mapChannels } from '../support/per-channel.ts';
import { activationShape, sampleBatch } from '../support/sampling.ts';
import { channelLayout, expectCount, expectParameter, operand } from '../support/shapes.ts';

function parameters(_attrs: Attrs, operands: readonly Shape[]): readonly ParameterSpec[] {
  const { channels } = channelLayout(operand(operands, 0), 'prelu');
  return [{ suffix: 'slope', alias: 'weight', shape: [channels], initial: { kind: 'constant', value: 0.25 }, role: 'trained', decay: false }];
}

export const prelu: Op = defineOp({})({
  name: 'prelu',
  doc: 'Rectifier that multiplies negative values by a learned slope of their channel.',
  syntax: { operands: ['input'], params: [], example: 'prelu(conv1)' },
  parameters,
  infer: (_attrs, inputs) => {
    expectCount(inputs, 'prelu', 2);
    expectParameter(operand(inputs, 1), [channelLayout(operand(inputs, 0), 'prelu').channels], 'the slope of prelu');
    return [operand(inputs, 0)];
  },
  reference: (_attrs, inputs) => {
    const slope = operand(inputs, 1).data;
    return [mapChannels(operand(inputs, 0), (x, c) => (x > 0 ? x : (slope[c] as number) * x))];
  },
  training: differentiated(({ builder, node, resultGradients: [g], wanted }) => {
    if (!g) return [];
    const origin = { layer: node.layer };
    const [x, slope] = [operand(node.inputs, 0), operand(node.inputs, 1)];
    const positive = builder.one('relu_grad', [g, x], {}, origin);
    const negative = builder.one('subtract', [g, positive], {}, origin);
    return [
      wanted(0) ? builder.one('add', [positive, builder.one('scale', [negative, slope], { shift: false }, origin)], {}, origin) : undefined,
      wanted(1) ? builder.one('sum_shards', [builder.one('channel_sums', [builder.one('multiply', [negative, x], {}, origin)], {}, origin)], { scale: 1 }, origin) : undefined,
    ];
  }),
  pruning: {
    kind: 'channels',
    axes: (_attrs, inputs) => [elementwiseLinks(operand(inputs, 0)), [identityLink(1)]],
    constant: (_attrs, [values], [, slope], [shape]) =>
      Float64Array.from({ length: shape?.[1] ?? 0 }, (_, c) => {
        const value = values?.[c] ?? NaN;
        return value >= 0 ? value : (slope?.data[c] ?? NaN) * value;
      }),
  },
  lowering: {
    kind: 'nests',
    lower: (node, inputs) => {
      const shape = operand(inputs, 0);
      const x = load(input(0), everywhere(shape));
      return lowered([storeNest(nestName(node, 'prelu'), activationAxes(shape), select(x, 'gt', constant(0), x, mul(load(input(1), [along(1)]), x)))]);
    },
    epilogue: true,
  },
  sample: (random) => {
    const shape = activationShape(random);
    return { attrs: {}, inputs: [shape, [shape[1] ?? 0]], batch: sampleBatch };
  },
  // Where a slope is negative the result turns at 0, but on its own side of 0 an error takes it further than 0 is away.
  bound: 'monotone',
  tolerance: 2,
});
