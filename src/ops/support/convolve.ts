// The convolution itself, in float64.

import { sizeOf, zeros } from '../../base/tensor.ts';
import type { F64Tensor } from '../../ir/op.ts';
import type { ConvGeometry } from './convolution.ts';
import { addTap } from './planes.ts';
import { tapsOf } from './window.ts';

/** result = convolution, into fresh memory. @param weight OIHW, of a group's channels. */
export function convolve(geometry: ConvGeometry, image: F64Tensor, weight: F64Tensor, bias: F64Tensor | undefined): F64Tensor {
  const { samples, channels, filters, groupChannels, groupFilters, input: extent, output, positions } = geometry;
  const out = zeros([samples, filters, ...output]);
  const outSize = sizeOf(output);
  const inputSize = sizeOf(extent);
  const taps = tapsOf(geometry, extent, output);
  for (let n = 0; n < samples; n++) {
    for (let o = 0; o < filters; o++) {
      const at = (n * filters + o) * outSize;
      const plane = { data: out.data, at, columns: output[1] };
      const firstChannel = Math.floor(o / groupFilters) * groupChannels;
      for (let c = 0; c < groupChannels; c++) {
        const source = { data: image.data, at: (n * channels + firstChannel + c) * inputSize, columns: extent[1] };
        const weights = (o * groupChannels + c) * positions;
        for (const [t, tap] of taps.entries()) addTap(plane, source, weight.data[weights + t] as number, tap, geometry.stride);
      }
      if (bias) {
        const b = bias.data[o] as number;
        for (let i = at; i < at + outSize; i++) out.data[i] = (out.data[i] as number) + b;
      }
    }
  }
  return out;
}
