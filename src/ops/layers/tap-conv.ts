// A convolution that reads only the taps it was left: what elimination of shape fibers, or of unequal parts
// of a grouped convolution, makes of conv. Part p computes filters[p] filters from the taps taps[p], a tap
// being (channel * rows of the window + kh) * columns of the window + kw with the operand's own channel:
//
//   result[n, first(p) + o, y, x] = bias[first(p) + o] + sum over t of
//     weight[start(p) + o * T_p + t] * input[n, channel(t), y*stride + kh(t)*dilation - padding, x*...]

import type { Op } from '../../ir/op.ts';
import type { WeightMatrices } from '../../ir/pruning-rules.ts';
import { flag, lists, numbers } from '../../ir/attributes.ts';
import type { AttrsOf, Pair } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import type { Index, Nest } from '../../ir/nest.ts';
import type { Shape } from '../../base/tensor.ts';
import { invariant } from '../../base/invariant.ts';
import { sizeOf, zeros } from '../../base/tensor.ts';
import { accumulator, add, along, constant, index, input, load, looked, mul, result } from '../../ir/nest.ts';
import { gatherTaps } from '../support/convolution.ts';
import { constantRows } from '../support/matrices.ts';
import { batchAxis, lowered, nestName, parallel, reduce } from '../support/nests.ts';
import { nests, undifferentiated } from '../support/parts.ts';
import { addTap } from '../support/planes.ts';
import { between, sampleBatch, sampleWindow } from '../support/sampling.ts';
import { expectCount, expectParameter, imageShape, operand } from '../support/shapes.ts';
import { hasPadding, slide, tapsOf, windowAttributes, windowOf } from '../support/window.ts';
import type { WindowGeometry } from '../support/window.ts';

const attributes = { ...windowAttributes, filters: numbers, taps: lists, bias: flag };
type Attributes = AttrsOf<typeof attributes>;

interface Part {
  readonly filters: number;
  readonly taps: readonly number[];
  readonly firstFilter: number;
  /** Where its weights start. */
  readonly start: number;
}

interface TapGeometry extends WindowGeometry {
  readonly samples: number;
  readonly channels: number;
  readonly input: Pair;
  readonly output: Pair;
  readonly positions: number;
  readonly parts: readonly Part[];
  readonly filters: number;
  readonly weights: number;
}

function geometryOf(attrs: Attributes, shape: Shape): TapGeometry {
  const [samples, channels, rows, columns] = imageShape(shape, 'tap_conv');
  const window = windowOf(attrs);
  const { taps } = attrs;
  const positions = window.window[0] * window.window[1];
  let firstFilter = 0;
  let start = 0;
  const parts = attrs.filters.map((filters, p): Part => {
    const part = { filters, taps: operand(taps, p), firstFilter, start };
    invariant(part.taps.every((tap) => tap >= 0 && tap < channels * positions), 'a tap outside the input');
    firstFilter += filters;
    start += filters * part.taps.length;
    return part;
  });
  return { ...window, samples, channels, input: [rows, columns], output: slide(window, [rows, columns]), positions, parts, filters: firstFilter, weights: start };
}

function matrices(attrs: Attributes, inputs: readonly Shape[]): WeightMatrices {
  const { parts, positions } = geometryOf(attrs, operand(inputs, 0));
  return {
    operand: 0,
    weight: 1,
    ...(attrs.bias && { bias: 2 }),
    parts: parts.map(({ filters, taps }) => ({ rows: filters, channels: taps.map((tap) => Math.floor(tap / positions)) })),
  };
}

/** A part without taps is its bias everywhere. */
function partNest(name: string, geometry: TapGeometry, part: Part, bias: boolean): Nest {
  const { samples, output, positions, window, dilation, stride, before } = geometry;
  const [n, o, y, x, t] = [0, 1, 2, 3, 4] as const;
  const filter = index(part.firstFilter, [o, 1]);
  const axes = [batchAxis(samples), parallel('o', part.filters), parallel('y', output[0]), parallel('x', output[1])];
  const write = { tensor: result(0), index: [along(n), filter, along(y), along(x)] };
  if (part.taps.length === 0) return { name, axes, write, combine: 'store', initial: 0, value: bias ? load(input(2), [filter]) : constant(0) };
  const slid = (d: 0 | 1, at: number, place: (tap: number) => number): Index => ({
    offset: -before[d],
    terms: [{ axis: at, factor: stride[d] }, { axis: t, table: part.taps.map((tap) => place(tap % positions) * dilation[d]) }],
  });
  const element = load(
    input(0),
    [along(n), looked(t, part.taps.map((tap) => Math.floor(tap / positions))), slid(0, y, (place) => Math.floor(place / window[1])), slid(1, x, (place) => place % window[1])],
    hasPadding(geometry) ? 0 : undefined,
  );
  return {
    name,
    axes: [...axes, reduce('t', part.taps.length)],
    write,
    combine: 'sum',
    initial: 0,
    value: mul(element, load(input(1), [index(part.start, [o, part.taps.length], [t, 1])])),
    ...(bias && { finish: add(accumulator, load(input(2), [filter])) }),
  };
}

export const tapConv: Op = defineOp(attributes)({
  name: 'tap_conv',
  doc: 'Convolution over the taps that are left, by parts.',
  infer: (attrs, inputs) => {
    const { bias } = attrs;
    expectCount(inputs, 'tap_conv', bias ? 3 : 2);
    const { samples, filters, output, weights } = geometryOf(attrs, operand(inputs, 0));
    expectParameter(operand(inputs, 1), [weights], 'the weight of tap_conv');
    if (bias) expectParameter(operand(inputs, 2), [filters], 'the bias of tap_conv');
    return [[samples, filters, ...output]];
  },
  reference: (attrs, inputs) => {
    const [image, weight, bias] = [operand(inputs, 0), operand(inputs, 1), inputs[2]];
    const geometry = geometryOf(attrs, image.shape);
    const { samples, channels, filters, input: extent, output, parts, positions } = geometry;
    const out = zeros([samples, filters, ...output]);
    const places = tapsOf(geometry, extent, output);
    for (let n = 0; n < samples; n++) {
      for (const part of parts) {
        for (let o = 0; o < part.filters; o++) {
          const filter = part.firstFilter + o;
          const at = (n * filters + filter) * sizeOf(output);
          const plane = { data: out.data, at, columns: output[1] };
          for (const [t, tap] of part.taps.entries()) {
            const source = { data: image.data, at: (n * channels + Math.floor(tap / positions)) * sizeOf(extent), columns: extent[1] };
            addTap(plane, source, weight.data[part.start + o * part.taps.length + t] as number, operand(places, tap % positions), geometry.stride);
          }
          const b = bias ? (bias.data[filter] as number) : 0;
          for (let i = at; i < at + sizeOf(output); i++) out.data[i] = (out.data[i] as number) + b;
        }
      }
    }
    return [out];
  },
  training: undifferentiated,
  pruning: {
    kind: 'weights',
    matrices,
    gather: (attrs, inputs, kept) => gatherTaps({ whole: 'conv', taps: 'tap_conv' }, attrs, geometryOf(attrs, operand(inputs, 0)).channels, matrices(attrs, inputs), attrs.taps, kept),
    constant: (attrs, [image], known, inputs) =>
      constantRows(matrices(attrs, inputs), known[1]?.data, attrs.bias ? known[2]?.data : 'none', image, !hasPadding(windowOf(attrs))),
  },
  lowering: nests((node, inputs) => {
    const geometry = geometryOf(node.attrs, operand(inputs, 0));
    const { bias } = node.attrs;
    return lowered(geometry.parts.map((part, p) => partNest(nestName(node, 'tap_conv', geometry.parts.length > 1 ? `part${p}` : undefined), geometry, part, bias)));
  }),
  macs: (attrs, inputs) => {
    const { samples, output, weights } = geometryOf(attrs, operand(inputs, 0));
    return samples * sizeOf(output) * weights;
  },
  sample: (random) => {
    const { attrs: window, extent } = sampleWindow(random, false);
    const channels = between(random, 1, 4);
    const positions = sizeOf(window.window);
    const filters = Array.from({ length: between(random, 1, 3) }, () => between(random, 1, 3));
    const taps = filters.map(() => Array.from({ length: channels * positions }, (_, tap) => tap).filter(() => random() < 0.5));
    const weights = filters.reduce((sum, count, p) => sum + count * (taps[p]?.length ?? 0), 0);
    const bias = random() < 0.7;
    const inputs = [[sampleBatch.samples, channels, ...extent], [weights]];
    return { attrs: { ...window, filters, taps, bias }, inputs: bias ? [...inputs, [filters.reduce((sum, count) => sum + count, 0)]] : inputs, batch: sampleBatch };
  },
  bound: 'sums',
  tolerance: 4,
});
