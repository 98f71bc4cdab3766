// A transposed convolution that reads only the taps it was left (support/conv-transpose.ts): what elimination of shape fibers,
// or of unequal parts of a grouped one, makes of conv_transpose. Parts and taps as in tap_conv.

import { lists, numbers } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import type { WeightMatrices } from '../../ir/pruning-rules.ts';
import type { Shape } from '../../base/tensor.ts';
import { sizeOf } from '../../base/tensor.ts';
import { gatherTaps } from '../support/convolution.ts';
import { sampleSpread, spreadAttributes, spreadGeometry, spreadNests, spreadReference, spreadsEvenly } from '../support/conv-transpose.ts';
import type { SpreadGeometry, SpreadPart } from '../support/conv-transpose.ts';
import { constantRows } from '../support/matrices.ts';
import { lowered, nestName } from '../support/nests.ts';
import { nests, undifferentiated } from '../support/parts.ts';
import { between } from '../support/sampling.ts';
import { expectCount, expectParameter, operand } from '../support/shapes.ts';

const attributes = { ...spreadAttributes, filters: numbers, taps: lists };
type Attributes = AttrsOf<typeof attributes>;

interface Part extends SpreadPart {
  /** Where its weights start. */
  readonly start: number;
}

interface Geometry extends SpreadGeometry {
  readonly parts: readonly Part[];
  readonly filters: number;
  readonly weights: number;
}

function geometryOf(attrs: Attributes, image: Shape): Geometry {
  const parts: Part[] = [];
  let [firstFilter, start] = [0, 0];
  for (const [p, filters] of attrs.filters.entries()) {
    const taps = operand(attrs.taps, p);
    parts.push({ filters, firstFilter, taps, start });
    firstFilter += filters;
    start += filters * taps.length;
  }
  return { ...spreadGeometry(attrs, image, 'tap_conv_transpose'), parts, filters: firstFilter, weights: start };
}

function matrices(attrs: Attributes, inputs: readonly Shape[]): WeightMatrices {
  const { parts, positions } = geometryOf(attrs, operand(inputs, 0));
  return { operand: 0, weight: 1, ...(attrs.bias && { bias: 2 }), parts: parts.map(({ filters, taps }) => ({ rows: filters, channels: taps.map((tap) => Math.floor(tap / positions)) })) };
}

export const tapConvTranspose: Op = defineOp(attributes)({
  name: 'tap_conv_transpose',
  doc: 'Transposed convolution over the taps that are left, by parts.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'tap_conv_transpose', attrs.bias ? 3 : 2);
    const { samples, filters, output, weights } = geometryOf(attrs, operand(inputs, 0));
    expectParameter(operand(inputs, 1), [weights], 'the weight of tap_conv_transpose');
    if (attrs.bias) expectParameter(operand(inputs, 2), [filters], 'the bias of tap_conv_transpose');
    return [[samples, filters, ...output]];
  },
  reference: (attrs, inputs) => {
    const [image, weight] = [operand(inputs, 0), operand(inputs, 1)];
    const geometry = geometryOf(attrs, image.shape);
    const weightAt = (p: number, o: number, t: number): number => {
      const { start, taps } = operand(geometry.parts, p);
      return weight.data[start + o * taps.length + t] as number;
    };
    return [spreadReference(geometry, geometry.parts, image, weightAt, inputs[2])];
  },
  training: undifferentiated,
  pruning: {
    kind: 'weights',
    matrices,
    gather: (attrs, inputs, kept) => gatherTaps({ whole: 'conv_transpose', taps: 'tap_conv_transpose' }, attrs, geometryOf(attrs, operand(inputs, 0)).channels, matrices(attrs, inputs), attrs.taps, kept),
    constant: (attrs, [image], known, inputs) =>
      constantRows(matrices(attrs, inputs), known[1]?.data, attrs.bias ? known[2]?.data : 'none', image, spreadsEvenly(geometryOf(attrs, operand(inputs, 0)))),
  },
  lowering: nests((node, inputs) => {
    const geometry = geometryOf(node.attrs, operand(inputs, 0));
    return lowered(
      spreadNests(nestName(node, 'tap_conv_transpose'), geometry, geometry.parts, (p, o, t, taps) => {
        const part = operand(geometry.parts, p);
        return [{ offset: part.start, terms: [{ axis: o, factor: part.taps.length }, { axis: t, table: taps }] }];
      }, node.attrs.bias),
    );
  }),
  macs: (attrs, inputs) => {
    const { samples, input: extent, weights } = geometryOf(attrs, operand(inputs, 0));
    return samples * sizeOf(extent) * weights;
  },
  sample: (random) => {
    const { attrs: window, extent, batch } = sampleSpread(random);
    const channels = between(random, 1, 4);
    const filters = Array.from({ length: between(random, 1, 3) }, () => between(random, 1, 3));
    const taps = filters.map(() => Array.from({ length: channels * sizeOf(window.window) }, (_, tap) => tap).filter(() => random() < 0.5));
    const weights = filters.reduce((sum, count, p) => sum + count * (taps[p]?.length ?? 0), 0);
    const bias = random() < 0.7;
    const inputs = [[batch.samples, channels, ...extent], [weights]];
    return { attrs: { ...window, filters, taps, bias }, inputs: bias ? [...inputs, [filters.reduce((sum, count) => sum + count, 0)]] : inputs, batch };
  },
  bound: 'sums',
  tolerance: 4,
});
