// Local response normalisation: each element over a power of the mean square around it (support/lrn.ts).
//
// Across channels it mixes neighbours, so a channel can go only where it is zero; its place stays. Within a channel a
// constant is no constant behind it, for at the border the window holds less of it.

import type { Op } from '../../ir/op.ts';
import type { ChannelConstants } from '../../ir/pruning-rules.ts';
import { defineOp } from '../../ir/op.ts';
import type { Shape } from '../../base/tensor.ts';
import { accumulator, input, load, mul, result, temporary } from '../../ir/nest.ts';
import { elementwiseLinks } from '../support/axes.ts';
import { lrnBound } from '../support/lrn-bound.ts';
import { denominatorOf, denominators, inversePower, lrnAttributes, lrnGeometry, lrnParams, sliceLrn, spreadShape, windowNests } from '../support/lrn.ts';
import type { LrnAttributes } from '../support/lrn.ts';
import { everywhere, lowered, nestName } from '../support/nests.ts';
import { differentiated, nests } from '../support/parts.ts';
import { sampleLrn } from '../support/lrn-sample.ts';
import { expectCount, operand } from '../support/shapes.ts';

/** Channels whose whole window is constant; within a channel, where there is no border to see or nothing to add. */
function constants(attrs: LrnAttributes, values: ChannelConstants | undefined, image: Shape): ChannelConstants {
  const [, channels = 0] = image;
  const known = values ?? new Float64Array(channels).fill(NaN);
  const { within, half, beta } = lrnGeometry(attrs, image, 'lrn');
  if (within && half > 0) return known.map((value) => (value === 0 ? 0 : NaN));
  const place = lrnGeometry(attrs, [1, channels, 1, 1], 'lrn');
  return denominators(place, known).map((d, c) => (known[c] === 0 ? 0 : (known[c] as number) / d ** beta));
}

export const lrn: Op = defineOp(lrnAttributes)({
  name: 'lrn',
  doc: 'Local response normalisation, across neighbouring channels or within each channel.',
  syntax: { operands: ['input'], params: lrnParams, example: 'lrn(pool1, size = 5, alpha = 0.0001, beta = 0.75)' },
  infer: (attrs, inputs) => {
    expectCount(inputs, 'lrn', 1);
    lrnGeometry(attrs, operand(inputs, 0), 'lrn');
    return [operand(inputs, 0)];
  },
  reference: (attrs, inputs) => {
    const { shape, data } = operand(inputs, 0);
    const geometry = lrnGeometry(attrs, shape, 'lrn');
    const d = denominators(geometry, data);
    return [{ shape, data: data.map((x, at) => x / (d[at] as number) ** geometry.beta) }];
  },
  training: differentiated(({ builder, node, resultGradients: [g] }) => [g && builder.one('lrn_grad', [g, operand(node.inputs, 0)], node.attrs, { layer: node.layer })]),
  pruning: {
    kind: 'channels',
    axes: (_attrs, inputs) => inputs.map(elementwiseLinks),
    slice: (attrs, kept) => sliceLrn(attrs, kept[0]?.[1]),
    onlyZeros: ({ within }) => !within,
    constant: (attrs, [values], _known, inputs) => constants(attrs, values, operand(inputs, 0)),
  },
  lowering: nests((node, inputs) => {
    const shape = operand(inputs, 0);
    const geometry = lrnGeometry(node.attrs, shape, 'lrn');
    const name = nestName(node, 'lrn');
    const finish = mul(load(input(0), everywhere(shape)), inversePower(denominatorOf(geometry, accumulator), geometry.beta));
    return lowered(windowNests(name, geometry, { tensor: input(0), term: (x) => mul(x, x), write: result(0), finish, spread: temporary(0) }), spreadShape(geometry));
  }),
  sample: sampleLrn(1),
  bound: lrnBound,
  tolerance: 8,
});
