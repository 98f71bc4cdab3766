// Gradient of a convolution by its weight, one sum a shard of the batch, so that threads never share a sum:
//
//   result[s, o, c, kh, kw] = sum over samples n of shard s and positions y, x of
//     g[n, o, y, x] * input[n, c, y*stride + kh*dilation - padding, x*...]

import type { Op } from '../../ir/op.ts';
import { defineOp } from '../../ir/op.ts';
import type { Nest } from '../../ir/nest.ts';
import type { Batch } from '../../ir/graph.ts';
import { sizeOf, zeros } from '../../base/tensor.ts';
import { along, index, input, load, mul, result } from '../../ir/nest.ts';
import { convAttributes, convGeometry, isDepthwise, sampleConv, slidIndex, zeroOutside } from '../support/convolution.ts';
import type { ConvGeometry } from '../support/convolution.ts';
import { nests, opaque, undifferentiated } from '../support/parts.ts';
import { dotTap } from '../support/planes.ts';
import { lowered, nestName, parallel, reduce, samplesPerShard, shardAxis } from '../support/nests.ts';
import { expectCount, expectParameter, operand } from '../support/shapes.ts';
import { tapsOf } from '../support/window.ts';

function weightNest(name: string, geometry: ConvGeometry, group: number, batch: Batch): Nest {
  const { groupFilters, groupChannels, output, window } = geometry;
  const [s, o, c, kh, kw, n, y, x] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const filter = index(group * groupFilters, [o, 1]);
  const sample = index(0, [s, samplesPerShard(batch)], [n, 1]);
  return {
    name,
    axes: [
      shardAxis(batch.shards),
      parallel('o', groupFilters),
      parallel('c', groupChannels),
      parallel('kh', window[0]),
      parallel('kw', window[1]),
      reduce('n', samplesPerShard(batch)),
      reduce('y', output[0]),
      reduce('x', output[1]),
    ],
    write: { tensor: result(0), index: [along(s), filter, along(c), along(kh), along(kw)] },
    combine: 'sum',
    initial: 0,
    value: mul(
      load(input(1), [sample, filter, along(y), along(x)]),
      load(input(0), [sample, index(group * groupChannels, [c, 1]), slidIndex(geometry, 0, y, kh), slidIndex(geometry, 1, x, kw)], zeroOutside(geometry)),
    ),
  };
}

function depthwiseWeightNest(name: string, geometry: ConvGeometry, batch: Batch): Nest {
  const { channels, output, window } = geometry;
  const [s, c, kh, kw, n, y, x] = [0, 1, 2, 3, 4, 5, 6] as const;
  const sample = index(0, [s, samplesPerShard(batch)], [n, 1]);
  return {
    name,
    axes: [shardAxis(batch.shards), parallel('c', channels), parallel('kh', window[0]), parallel('kw', window[1]), reduce('n', samplesPerShard(batch)), reduce('y', output[0]), reduce('x', output[1])],
    write: { tensor: result(0), index: [along(s), along(c), index(0), along(kh), along(kw)] },
    combine: 'sum',
    initial: 0,
    value: mul(
      load(input(1), [sample, along(c), along(y), along(x)]),
      load(input(0), [sample, along(c), slidIndex(geometry, 0, y, kh), slidIndex(geometry, 1, x, kw)], zeroOutside(geometry)),
    ),
  };
}

export const convGradWeight: Op = defineOp(convAttributes)({
  name: 'conv_grad_weight',
  doc: 'Gradient of a convolution by its weight, summed over each shard of the batch.',
  infer: (attrs, inputs, batch) => {
    expectCount(inputs, 'conv_grad_weight', 2);
    const geometry = convGeometry(attrs, operand(inputs, 0), 'conv_grad_weight');
    expectParameter(operand(inputs, 1), [geometry.samples, geometry.filters, ...geometry.output], 'the gradient of conv');
    return [[batch.shards, ...geometry.weightShape]];
  },
  reference: (attrs, inputs, batch) => {
    const image = operand(inputs, 0);
    const g = operand(inputs, 1);
    const geometry = convGeometry(attrs, image.shape, 'conv_grad_weight');
    const { samples, channels, filters, groupChannels, groupFilters, input: extent, output, positions } = geometry;
    const sums = zeros([batch.shards, ...geometry.weightShape]);
    const taps = tapsOf(geometry, extent, output);
    for (let n = 0; n < samples; n++) {
      const shard = Math.floor(n / samplesPerShard(batch)) * sizeOf(geometry.weightShape);
      for (let o = 0; o < filters; o++) {
        const plane = { data: g.data, at: (n * filters + o) * sizeOf(output), columns: output[1] };
        const firstChannel = Math.floor(o / groupFilters) * groupChannels;
        for (let c = 0; c < groupChannels; c++) {
          const source = { data: image.data, at: (n * channels + firstChannel + c) * sizeOf(extent), columns: extent[1] };
          for (const [t, tap] of taps.entries()) {
            const at = shard + (o * groupChannels + c) * positions + t;
            sums.data[at] = (sums.data[at] as number) + dotTap(plane, source, tap, geometry.stride);
          }
        }
      }
    }
    return [sums];
  },
  training: undifferentiated,
  pruning: opaque,
  lowering: nests((node, inputs, batch) => {
    const geometry = convGeometry(node.attrs, operand(inputs, 0), 'conv_grad_weight');
    const name = nestName(node, 'conv', 'grad-weight');
    if (isDepthwise(geometry)) return lowered([depthwiseWeightNest(name, geometry, batch)]);
    return lowered(Array.from({ length: geometry.groups }, (_, group) => weightNest(geometry.groups > 1 ? `${name}.group${group}` : name, geometry, group, batch)));
  }),
  sample: (random) => {
    const { attrs, inputs: [image = []], output, batch } = sampleConv(random);
    return { attrs, inputs: [image, output], batch };
  },
  tolerance: 4,
});
