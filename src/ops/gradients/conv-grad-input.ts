// Gradient of a convolution by its input: every output gradient is scattered back through the window.
//
//   result[n, c, y*stride + kh*dilation - padding, x*...] += sum over o of g[n, o, y, x] * weight[o, c, kh, kw]

import type { Op } from '../../ir/op.ts';
import { pair } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import type { Nest } from '../../ir/nest.ts';
import { sizeOf, zeros } from '../../base/tensor.ts';
import { along, constant, index, input, load, mul, result } from '../../ir/nest.ts';
import { convAttributes, convGeometry, isDepthwise, sampleConv, slidIndex } from '../support/convolution.ts';
import type { ConvGeometry } from '../support/convolution.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { scatterTap } from '../support/planes.ts';
import { activationAxes, batchAxis, lowered, nestName, parallel, reduce, sequential, storeNest } from '../support/nests.ts';
import { expectCount, expectParameter, operand } from '../support/shapes.ts';
import { tapsOf } from '../support/window.ts';
import type { Shape } from '../../base/tensor.ts';

const attributes = { ...convAttributes, extent: pair };
type Attributes = AttrsOf<typeof attributes>;

function geometryOf(attrs: Attributes, [g, weight]: readonly Shape[]): ConvGeometry {
  const channels = (weight?.[1] ?? 0) * attrs.groups;
  return convGeometry(attrs, [g?.[0] ?? 0, channels, ...attrs.extent], 'conv_grad_input');
}

/** The window's places stand outside the output positions: for one place, distinct positions write distinct elements. */
function scatterNest(name: string, geometry: ConvGeometry, group: number): Nest {
  const { samples, groupFilters, groupChannels, output, window } = geometry;
  const [n, kh, kw, y, x, c, o] = [0, 1, 2, 3, 4, 5, 6] as const;
  const filter = index(group * groupFilters, [o, 1]);
  return {
    name,
    axes: [batchAxis(samples), sequential('kh', window[0]), sequential('kw', window[1]), parallel('y', output[0]), parallel('x', output[1]), parallel('c', groupChannels), reduce('o', groupFilters)],
    write: { tensor: result(0), index: [along(n), index(group * groupChannels, [c, 1]), slidIndex(geometry, 0, y, kh), slidIndex(geometry, 1, x, kw)] },
    combine: 'sum',
    initial: 'keep',
    value: mul(load(input(0), [along(n), filter, along(y), along(x)]), load(input(1), [filter, along(c), along(kh), along(kw)])),
  };
}

function depthwiseScatterNest(name: string, geometry: ConvGeometry): Nest {
  const { samples, channels, output, window } = geometry;
  const [n, kh, kw, y, x, c] = [0, 1, 2, 3, 4, 5] as const;
  return {
    name,
    axes: [batchAxis(samples), sequential('kh', window[0]), sequential('kw', window[1]), parallel('y', output[0]), parallel('x', output[1]), parallel('c', channels)],
    write: { tensor: result(0), index: [along(n), along(c), slidIndex(geometry, 0, y, kh), slidIndex(geometry, 1, x, kw)] },
    combine: 'sum',
    initial: 'keep',
    value: mul(load(input(0), [along(n), along(c), along(y), along(x)]), load(input(1), [along(c), index(0), along(kh), along(kw)])),
  };
}

export const convGradInput: Op = defineOp(attributes)({
  name: 'conv_grad_input',
  doc: 'Gradient of a convolution by its input.',
  infer: (attrs, inputs) => {
    expectCount(inputs, 'conv_grad_input', 2);
    const geometry = geometryOf(attrs, inputs);
    expectParameter(operand(inputs, 0), [geometry.samples, geometry.filters, ...geometry.output], 'the gradient of conv');
    expectParameter(operand(inputs, 1), geometry.weightShape, 'the weight of conv');
    return [[geometry.samples, geometry.channels, ...geometry.input]];
  },
  reference: (attrs, inputs) => {
    const g = operand(inputs, 0);
    const weight = operand(inputs, 1);
    const geometry = geometryOf(attrs, [g.shape, weight.shape]);
    const { samples, channels, filters, groupChannels, groupFilters, input: extent, output, positions } = geometry;
    const image = zeros([samples, channels, ...extent]);
    const taps = tapsOf(geometry, extent, output);
    for (let n = 0; n < samples; n++) {
      for (let o = 0; o < filters; o++) {
        const plane = { data: g.data, at: (n * filters + o) * sizeOf(output), columns: output[1] };
        const firstChannel = Math.floor(o / groupFilters) * groupChannels;
        for (let c = 0; c < groupChannels; c++) {
          const target = { data: image.data, at: (n * channels + firstChannel + c) * sizeOf(extent), columns: extent[1] };
          for (const [t, tap] of taps.entries()) scatterTap(plane, target, weight.data[(o * groupChannels + c) * positions + t] as number, tap, geometry.stride);
        }
      }
    }
    return [image];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs) => {
    const geometry = geometryOf(node.attrs, inputs);
    const name = nestName(node, 'conv', 'grad-input');
    const clear = storeNest(`${name}.clear`, activationAxes([geometry.samples, geometry.channels, ...geometry.input]), constant(0));
    if (isDepthwise(geometry)) return lowered([clear, depthwiseScatterNest(name, geometry)]);
    return lowered([clear, ...Array.from({ length: geometry.groups }, (_, group) => scatterNest(geometry.groups > 1 ? `${name}.group${group}` : name, geometry, group))]);
  }),
  sample: (random) => {
    const { attrs, inputs: [image = [], weight = []], output, batch } = sampleConv(random);
    return { attrs: { ...attrs, extent: [image[2] ?? 0, image[3] ?? 0] }, inputs: [output, weight], batch };
  },
  tolerance: 4,
});
