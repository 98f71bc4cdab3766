// A learned factor, and a shift, for each channel: result = factor[c] * input + shift[c]
//
// Behind a layer with weights it folds into them, and its factor and shift are part of the layer's rows, as those of
// batch norm are.

import { flag } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import type { ParameterSpec } from '../../ir/parameter-spec.ts';
import { defineOp } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { present } from '../../base/invariant.ts';
import { add, along, input, load, mul } from '../../ir/nest.ts';
import { elementwiseLinks, identityLink } from '../support/axes.ts';
import { activationAxes, everywhere, lowered, nestName, storeNest } from '../support/nests.ts';
import { differentiated } from '../support/parts.ts';
import { mapChannels } from '../support/per-channel.ts';
import { activationShape, sampleBatch } from '../support/sampling.ts';
import { channelLayout, expectCount, expectParameter, operand } from '../support/shapes.ts';

function parameters({ shift: hasShift }: { readonly shift: boolean }, operands: readonly Shape[]): readonly ParameterSpec[] {
  const shape = [channelLayout(operand(operands, 0), 'scale').channels];
  const factor: ParameterSpec = { suffix: 'factor', alias: 'weight', shape, initial: { kind: 'constant', value: 1 }, role: 'trained', decay: false };
  const shift: ParameterSpec = { suffix: 'shift', alias: 'bias', shape, initial: { kind: 'constant', value: 0 }, role: 'trained', decay: false };
  return hasShift ? [factor, shift] : [factor];
}

export const scale: Op = defineOp({ shift: flag })({
  name: 'scale',
  doc: 'Multiplies each channel by a learned factor and adds a learned shift.',
  syntax: {
    operands: ['input'],
    params: [{ name: 'shift', doc: 'whether each channel adds a learned constant', type: 'flag', default: true }],
    example: 'scale(conv1)',
  },
  parameters,
  infer: (attrs, inputs) => {
    expectCount(inputs, 'scale', attrs.shift ? 3 : 2);
    const { channels } = channelLayout(operand(inputs, 0), 'scale');
    for (const parameter of inputs.slice(1)) expectParameter(parameter, [channels], 'a parameter of scale');
    return [operand(inputs, 0)];
  },
  reference: (_attrs, inputs) => {
    const [factor, shift] = [operand(inputs, 1).data, inputs[2]?.data];
    return [mapChannels(operand(inputs, 0), (x, c) => (factor[c] as number) * x + (shift?.[c] ?? 0))];
  },
  training: differentiated(({ builder, node, resultGradients: [g], wanted }) => {
    if (!g) return [];
    const origin = { layer: node.layer };
    const sums = (value: typeof g): typeof g => builder.one('sum_shards', [builder.one('channel_sums', [value], {}, origin)], { scale: 1 }, origin);
    return [
      wanted(0) ? builder.one('scale', [g, operand(node.inputs, 1)], { shift: false }, origin) : undefined,
      wanted(1) ? sums(builder.one('multiply', [g, operand(node.inputs, 0)], {}, origin)) : undefined,
      ...(node.inputs.length > 2 ? [wanted(2) ? sums(g) : undefined] : []),
    ];
  }),
  pruning: {
    kind: 'channels',
    axes: (_attrs, inputs) => [elementwiseLinks(operand(inputs, 0)), ...inputs.slice(1).map(() => [identityLink(1)])],
    constant: (attrs, [values], [, factor, shift], [shape]) =>
      Float64Array.from({ length: shape?.[1] ?? 0 }, (_, c) => {
        const by = factor?.data[c] ?? NaN;
        // A factor of 0 makes a constant of whatever comes in.
        return (by === 0 ? 0 : by * (values?.[c] ?? NaN)) + (attrs.shift ? (shift?.data[c] ?? NaN) : 0);
      }),
    affine: (_attrs, known) => {
      const factor = present(known[1], 'factor of scale').data;
      return { scale: factor, shift: known[2]?.data ?? new Float64Array(factor.length) };
    },
  },
  lowering: {
    kind: 'nests',
    lower: (node, inputs) => {
      const shape = operand(inputs, 0);
      const scaled = mul(load(input(0), everywhere(shape)), load(input(1), [along(1)]));
      const value = inputs.length > 2 ? add(scaled, load(input(2), [along(1)])) : scaled;
      return lowered([storeNest(nestName(node, 'scale'), activationAxes(shape), value)]);
    },
    epilogue: true,
  },
  sample: (random) => {
    const shape = activationShape(random);
    const shift = random() < 0.5;
    const channels = [shape[1] ?? 0];
    return { attrs: { shift }, inputs: [shape, ...(shift ? [channels, channels] : [channels])], batch: sampleBatch };
  },
  bound: 'monotone',
  tolerance: 2,
});
