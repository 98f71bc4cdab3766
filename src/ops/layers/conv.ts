// Convolution, grouped and dilated, with an optional bias:
//
//   result[n, o, y, x] = bias[o] + sum over c, kh, kw of
//     input[n, c, y*stride + kh*dilation - padding, x*...] * weight[o, c, kh, kw]        zero outside the image
//
// c runs over the channels of the convolution group that filter o belongs to.

import type { Attrs } from '../../ir/graph.ts';
import { singlePrecision } from '../../ir/error-bound.ts';
import type { Op } from '../../ir/op.ts';
import type { WeightMatrices } from '../../ir/pruning-rules.ts';
import type { ParameterSpec } from '../../ir/parameter-spec.ts';
import { flag } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import type { LayerAxes } from '../../ir/structure.ts';
import type { Nest } from '../../ir/nest.ts';
import type { Shape } from '../../base/tensor.ts';
import { sizeOf } from '../../base/tensor.ts';
import { accumulator, add, along, index, input, load, mul, result } from '../../ir/nest.ts';
import { constantRows } from '../support/matrices.ts';
import { convAttributes, convAttrs, convGeometry, gatherTaps, isDepthwise, sampleConv, slidIndex, zeroOutside } from '../support/convolution.ts';
import type { ConvGeometry } from '../support/convolution.ts';
import { convolve } from '../support/convolve.ts';
import { differentiated, nests } from '../support/parts.ts';
import { batchAxis, lowered, nestName, parallel, reduce } from '../support/nests.ts';
import { expectCount, expectParameter, finiteShape, operand } from '../support/shapes.ts';
import { hasPadding } from '../support/window.ts';
import { patchSize, transformFilters, winogradError, winogradGain } from '../support/winograd.ts';
import { windowParams, writtenWindow } from '../support/written-window.ts';

const attributes = { ...convAttributes, bias: flag };
type Attributes = AttrsOf<typeof attributes>;

/** One nest a convolution group. */
function convNest(name: string, geometry: ConvGeometry, group: number, bias: boolean): Nest {
  const { samples, groupFilters, groupChannels, output, window } = geometry;
  const [n, o, y, x, c, kh, kw] = [0, 1, 2, 3, 4, 5, 6] as const;
  const filter = index(group * groupFilters, [o, 1]);
  return {
    name,
    axes: [batchAxis(samples), parallel('o', groupFilters), parallel('y', output[0]), parallel('x', output[1]), reduce('c', groupChannels), reduce('kh', window[0]), reduce('kw', window[1])],
    write: { tensor: result(0), index: [along(n), filter, along(y), along(x)] },
    combine: 'sum',
    initial: 0,
    value: mul(
      load(input(0), [along(n), index(group * groupChannels, [c, 1]), slidIndex(geometry, 0, y, kh), slidIndex(geometry, 1, x, kw)], zeroOutside(geometry)),
      load(input(1), [filter, along(c), along(kh), along(kw)]),
    ),
    ...(bias && { finish: add(accumulator, load(input(2), [filter])) }),
  };
}

/** Channels are the same axis in the image, the weight and the result, so vectors can lie along it. */
function depthwiseNest(name: string, geometry: ConvGeometry, bias: boolean): Nest {
  const { samples, channels, output, window } = geometry;
  const [n, c, y, x, kh, kw] = [0, 1, 2, 3, 4, 5] as const;
  return {
    name,
    axes: [batchAxis(samples), parallel('c', channels), parallel('y', output[0]), parallel('x', output[1]), reduce('kh', window[0]), reduce('kw', window[1])],
    write: { tensor: result(0), index: [along(n), along(c), along(y), along(x)] },
    combine: 'sum',
    initial: 0,
    value: mul(
      load(input(0), [along(n), along(c), slidIndex(geometry, 0, y, kh), slidIndex(geometry, 1, x, kw)], zeroOutside(geometry)),
      load(input(1), [along(c), index(0), along(kh), along(kw)]),
    ),
    ...(bias && { finish: add(accumulator, load(input(2), [along(c)])) }),
  };
}

function parameters(attrs: Attributes, operands: readonly Shape[]): readonly ParameterSpec[] {
  const { weightShape, filters } = convGeometry(attrs, operand(operands, 0), 'conv');
  const weight: ParameterSpec = { suffix: 'weight', shape: weightShape, initial: { kind: 'xavier', fanIn: sizeOf(weightShape.slice(1)) }, role: 'trained', decay: true };
  const bias: ParameterSpec = { suffix: 'bias', shape: [filters], initial: { kind: 'constant', value: 0 }, role: 'trained', decay: false };
  return attrs.bias ? [weight, bias] : [weight];
}

function weightAxes(attrs: Attributes, operands: readonly Shape[]): LayerAxes {
  const { groups, groupFilters, groupChannels, window } = convGeometry(attrs, operand(operands, 0), 'conv');
  const filters = [{ axis: 'group', extent: groups }, { axis: 'filter', extent: groupFilters }] as const;
  const weight = { suffix: 'weight', dimensions: [filters, [{ axis: 'channel', extent: groupChannels }], [{ axis: 'row', extent: window[0] }], [{ axis: 'column', extent: window[1] }]] } as const;
  return attrs.bias ? [weight, { suffix: 'bias', dimensions: [filters] }] : [weight];
}

/** Columns of group g: taps of channels g*groupChannels .. (g+1)*groupChannels - 1. */
function tapsByGroup({ groups, groupChannels, positions }: ConvGeometry): readonly (readonly number[])[] {
  const columns = groupChannels * positions;
  return Array.from({ length: groups }, (_, g) => Array.from({ length: columns }, (__, k) => g * columns + k));
}

function matrices(attrs: Attributes, inputs: readonly Shape[]): WeightMatrices {
  const geometry = convGeometry(attrs, operand(inputs, 0), 'conv');
  return {
    operand: 0,
    weight: 1,
    ...(attrs.bias && { bias: 2 }),
    parts: tapsByGroup(geometry).map((taps) => ({ rows: geometry.groupFilters, channels: taps.map((tap) => Math.floor(tap / geometry.positions)) })),
  };
}

export const conv: Op = defineOp(attributes)({
  name: 'conv',
  doc: 'Convolution with a bias for every filter.',
  syntax: {
    operands: ['input'],
    params: [
      { name: 'filters', doc: 'output channels', type: 'count' },
      ...windowParams('rows and columns of each filter', 1, 'zeros around the input, on each side'),
      { name: 'groups', doc: 'independent groups of channels and filters', type: 'count', default: 1 },
      { name: 'bias', doc: 'whether each filter adds a learned constant', type: 'flag', default: true },
    ],
    example: 'conv(image, filters = 20, window = 5)',
    attrs: (args, operands) => {
      const [filters, groups, bias] = ['filters', 'groups', 'bias'].map((name) => args.get(name)) as unknown as readonly [number, number, boolean];
      return { ...writtenWindow(args, operands, 'conv'), filters, groups, bias };
    },
    weightAxes,
  },
  parameters,
  infer: (attrs, inputs) => {
    expectCount(inputs, 'conv', attrs.bias ? 3 : 2);
    const geometry = convGeometry(attrs, operand(inputs, 0), 'conv');
    expectParameter(operand(inputs, 1), finiteShape(geometry.weightShape, 'the weight of conv'), 'the weight of conv');
    if (attrs.bias) expectParameter(operand(inputs, 2), [geometry.filters], 'the bias of conv');
    return [finiteShape([geometry.samples, geometry.filters, ...geometry.output], 'the result of conv')];
  },
  reference: (attrs, inputs) => [convolve(convGeometry(attrs, operand(inputs, 0).shape, 'conv'), operand(inputs, 0), operand(inputs, 1), inputs[2])],
  training: differentiated(({ builder, node, resultGradients: [g], wanted }) => {
    if (!g) return [];
    const image = operand(node.inputs, 0);
    const attrs = convAttrs(node.attrs);
    const origin = { layer: node.layer };
    const sums = (op: string, inputs: readonly (typeof g)[], opAttrs: Attrs = {}): typeof g => builder.one('sum_shards', [builder.one(op, inputs, opAttrs, origin)], { scale: 1 }, origin);
    return [
      wanted(0) ? builder.one('conv_grad_input', [g, operand(node.inputs, 1)], { ...attrs, extent: builder.shapeOf(image).slice(2) }, origin) : undefined,
      wanted(1) ? sums('conv_grad_weight', [image, g], attrs) : undefined,
      ...(node.inputs.length > 2 ? [wanted(2) ? sums('channel_sums', [g]) : undefined] : []),
    ];
  }),
  pruning: {
    kind: 'weights',
    matrices,
    gather: (attrs, inputs, kept) => {
      const geometry = convGeometry(attrs, operand(inputs, 0), 'conv');
      return gatherTaps({ whole: 'conv', taps: 'tap_conv' }, attrs, geometry.channels, matrices(attrs, inputs), tapsByGroup(geometry), kept);
    },
    constant: (attrs, [image], known, inputs) =>
      constantRows(matrices(attrs, inputs), known[1]?.data, attrs.bias ? known[2]?.data : 'none', image, !hasPadding(convGeometry(attrs, operand(inputs, 0), 'conv'))),
  },
  lowering: nests((node, inputs) => {
    const geometry = convGeometry(node.attrs, operand(inputs, 0), 'conv');
    const { bias } = node.attrs;
    if (isDepthwise(geometry)) return lowered([depthwiseNest(nestName(node, 'conv'), geometry, bias)]);
    return lowered(Array.from({ length: geometry.groups }, (_, group) => convNest(nestName(node, 'conv', geometry.groups > 1 ? `group${group}` : undefined), geometry, group, bias)));
  }),
  fewerProducts: (attrs, inputs, weight) => {
    const geometry = convGeometry(attrs, operand(inputs, 0), 'conv');
    const { window, stride, dilation, filters, groupChannels } = geometry;
    if (window.some((side) => side !== 3) || [...stride, ...dilation].some((step) => step !== 1) || isDepthwise(geometry)) return undefined;
    const data = transformFilters(weight.data);
    return { op: 'winograd_conv', attrs: { ...attrs }, weight: { shape: [patchSize, filters, groupChannels], data }, gain: winogradGain(geometry), error: winogradError(data, weight.data, groupChannels, singlePrecision.epsilon) };
  },
  macs: (attrs, inputs) => {
    const { samples, output, weightShape } = convGeometry(attrs, operand(inputs, 0), 'conv');
    return samples * sizeOf(output) * sizeOf(weightShape);
  },
  slides: (attrs, inputs) => convGeometry(attrs, operand(inputs, 0), 'conv'),
  sample: (random) => {
    const { attrs, inputs, batch } = sampleConv(random);
    const bias = random() < 0.7;
    return { attrs: { ...attrs, bias }, inputs: bias ? [...inputs, [attrs.filters]] : inputs, batch };
  },
  bound: 'sums',
  tolerance: 4,
});
