// Transposed convolution, grouped and dilated, with an optional bias (support/conv-transpose.ts). Filters are channels of the
// result, channels those of the operand, as in a convolution: the weight is [filters, channels of a group, rows, columns], which
// PyTorch and ONNX have with the first two exchanged.

import type { AttrsOf } from '../../ir/attributes.ts';
import { number } from '../../ir/attributes.ts';
import type { Attrs } from '../../ir/graph.ts';
import type { Op } from '../../ir/op.ts';
import { defineOp, ShapeError } from '../../ir/op.ts';
import type { WeightMatrices } from '../../ir/pruning-rules.ts';
import type { ParameterSpec } from '../../ir/parameter-spec.ts';
import type { LayerAxes } from '../../ir/structure.ts';
import type { Shape } from '../../base/tensor.ts';
import { sizeOf } from '../../base/tensor.ts';
import { index, looked } from '../../ir/nest.ts';
import { gatherTaps } from '../support/convolution.ts';
import { sampleSpread, spreadAttributes, spreadGeometry, spreadNests, spreadReference, spreadsEvenly, writtenSpread } from '../support/conv-transpose.ts';
import type { SpreadGeometry, SpreadPart } from '../support/conv-transpose.ts';
import { constantRows } from '../support/matrices.ts';
import { lowered, nestName } from '../support/nests.ts';
import { differentiated, nests } from '../support/parts.ts';
import { between, choose } from '../support/sampling.ts';
import { expectCount, expectParameter, expectPositive, finiteShape, operand } from '../support/shapes.ts';
import { windowParams } from '../support/written-window.ts';

const attributes = { ...spreadAttributes, filters: number, groups: number };
type Attributes = AttrsOf<typeof attributes>;

interface Geometry extends SpreadGeometry {
  readonly filters: number;
  readonly groupFilters: number;
  readonly groupChannels: number;
  readonly weightShape: Shape;
  readonly parts: readonly SpreadPart[];
}

function geometryOf(attrs: Attributes, image: Shape): Geometry {
  const geometry = spreadGeometry(attrs, image, 'conv_transpose');
  const { filters, groups } = attrs;
  const { channels, positions, window } = geometry;
  expectPositive(filters, 'filters');
  expectPositive(groups, 'groups');
  for (const [count, what] of [[channels, 'input channels'], [filters, 'filters']] as const) {
    if (count % groups !== 0) throw new ShapeError(`groups ${groups} do not divide ${count} ${what}`, `choose groups that divide both ${channels} input channels and ${filters} filters`);
  }
  const [groupFilters, groupChannels] = [filters / groups, channels / groups];
  const columns = groupChannels * positions;
  const parts = Array.from({ length: groups }, (_, g): SpreadPart => ({ filters: groupFilters, firstFilter: g * groupFilters, taps: Array.from({ length: columns }, (__, k) => g * columns + k) }));
  return { ...geometry, filters, groupFilters, groupChannels, weightShape: [filters, groupChannels, ...window], parts };
}

function parameters(attrs: Attributes, operands: readonly Shape[]): readonly ParameterSpec[] {
  const { weightShape, filters, groupChannels, positions, stride } = geometryOf(attrs, operand(operands, 0));
  // So many products meet in a place of the result.
  const fanIn = Math.max(1, Math.round((groupChannels * positions) / sizeOf(stride)));
  const weight: ParameterSpec = { suffix: 'weight', shape: weightShape, initial: { kind: 'xavier', fanIn }, role: 'trained', decay: true };
  const bias: ParameterSpec = { suffix: 'bias', shape: [filters], initial: { kind: 'constant', value: 0 }, role: 'trained', decay: false };
  return attrs.bias ? [weight, bias] : [weight];
}

function weightAxes(attrs: Attributes, operands: readonly Shape[]): LayerAxes {
  const { groupFilters, groupChannels, window } = geometryOf(attrs, operand(operands, 0));
  const filters = [{ axis: 'group', extent: attrs.groups }, { axis: 'filter', extent: groupFilters }] as const;
  const weight = { suffix: 'weight', dimensions: [filters, [{ axis: 'channel', extent: groupChannels }], [{ axis: 'row', extent: window[0] }], [{ axis: 'column', extent: window[1] }]] } as const;
  return attrs.bias ? [weight, { suffix: 'bias', dimensions: [filters] }] : [weight];
}

function matrices(attrs: Attributes, inputs: readonly Shape[]): WeightMatrices {
  const { parts, positions } = geometryOf(attrs, operand(inputs, 0));
  return { operand: 0, weight: 1, ...(attrs.bias && { bias: 2 }), parts: parts.map(({ filters, taps }) => ({ rows: filters, channels: taps.map((tap) => Math.floor(tap / positions)) })) };
}

export const convTranspose: Op = defineOp(attributes)({
  name: 'conv_transpose',
  doc: 'Transposed convolution: each element is spread over a window of the result.',
  syntax: {
    operands: ['input'],
    params: [
      { name: 'filters', doc: 'output channels', type: 'count' },
      ...windowParams('rows and columns of each filter', 1, 'rows and columns that the result lacks, on each side'),
      { name: 'output_padding', doc: 'rows and columns that it has more, below and to the right', type: 'extents', default: 0 },
      { name: 'groups', doc: 'independent groups of channels and filters', type: 'count', default: 1 },
      { name: 'bias', doc: 'whether each filter adds a learned constant', type: 'flag', default: true },
    ],
    example: 'conv_transpose(conv4, filters = 16, window = 4, stride = 2, padding = 1)',
    attrs: (args): Attributes => ({ ...writtenSpread(args), filters: args.get('filters') as number, groups: args.get('groups') as number }),
    weightAxes,
  },
  parameters,
  infer: (attrs, inputs) => {
    expectCount(inputs, 'conv_transpose', attrs.bias ? 3 : 2);
    const { samples, filters, output, weightShape } = geometryOf(attrs, operand(inputs, 0));
    expectParameter(operand(inputs, 1), finiteShape(weightShape, 'the weight of conv_transpose'), 'the weight of conv_transpose');
    if (attrs.bias) expectParameter(operand(inputs, 2), [filters], 'the bias of conv_transpose');
    return [finiteShape([samples, filters, ...output], 'the result of conv_transpose')];
  },
  reference: (attrs, inputs) => {
    const [image, weight] = [operand(inputs, 0), operand(inputs, 1)];
    const geometry = geometryOf(attrs, image.shape);
    const columns = geometry.groupChannels * geometry.positions;
    return [spreadReference(geometry, geometry.parts, image, (p, o, t) => weight.data[(p * geometry.groupFilters + o) * columns + t] as number, inputs[2])];
  },
  // Its transpose is a convolution, of the gradient by weights with filters and channels exchanged.
  training: differentiated(({ builder, node, resultGradients: [g], wanted }) => {
    if (!g) return [];
    const origin = { layer: node.layer };
    const [x, weight] = [operand(node.inputs, 0), operand(node.inputs, 1)];
    const { window, stride, padding, dilation, groups } = node.attrs;
    const conv = { window, stride, padding, dilation, groups, filters: operand(builder.shapeOf(x), 1) };
    const sums = (op: string, inputs: readonly (typeof g)[], attrs: Attrs = {}): typeof g => builder.one('sum_shards', [builder.one(op, inputs, attrs, origin)], { scale: 1 }, origin);
    const exchanged = (value: typeof g): typeof g => builder.one('exchange_channels', [value], { groups }, origin);
    return [
      wanted(0) ? builder.one('conv', [g, exchanged(weight)], { ...conv, bias: false }, origin) : undefined,
      wanted(1) ? exchanged(sums('conv_grad_weight', [g, x], conv)) : undefined,
      ...(node.inputs.length > 2 ? [wanted(2) ? sums('channel_sums', [g]) : undefined] : []),
    ];
  }),
  pruning: {
    kind: 'weights',
    matrices,
    gather: (attrs, inputs, kept) => {
      const { parts, channels } = geometryOf(attrs, operand(inputs, 0));
      return gatherTaps({ whole: 'conv_transpose', taps: 'tap_conv_transpose' }, attrs, channels, matrices(attrs, inputs), parts.map(({ taps }) => taps), kept);
    },
    constant: (attrs, [image], known, inputs) =>
      constantRows(matrices(attrs, inputs), known[1]?.data, attrs.bias ? known[2]?.data : 'none', image, spreadsEvenly(geometryOf(attrs, operand(inputs, 0)))),
  },
  lowering: nests((node, inputs) => {
    const geometry = geometryOf(node.attrs, operand(inputs, 0));
    const { groupFilters, positions, window } = geometry;
    const places = (taps: readonly number[], of: (tap: number) => number): readonly number[] => taps.map(of);
    return lowered(
      spreadNests(nestName(node, 'conv_transpose'), geometry, geometry.parts, (p, o, t, taps) => [
        index(p * groupFilters, [o, 1]),
        looked(t, places(taps, (tap) => Math.floor(tap / positions))),
        looked(t, places(taps, (tap) => Math.floor((tap % positions) / window[1]))),
        looked(t, places(taps, (tap) => tap % window[1])),
      ], node.attrs.bias),
    );
  }),
  macs: (attrs, inputs) => {
    const { samples, input: extent, weightShape } = geometryOf(attrs, operand(inputs, 0));
    return samples * sizeOf(extent) * sizeOf(weightShape);
  },
  slides: (attrs, inputs) => ({ ...geometryOf(attrs, operand(inputs, 0)), groups: attrs.groups, spread: true }),
  sample: (random) => {
    const groups = choose(random, [1, 1, 2, 3]);
    const filters = groups * between(random, 1, 3);
    const { attrs: window, extent, batch } = sampleSpread(random);
    const attrs = { ...window, filters, groups, bias: random() < 0.7 };
    const image = [batch.samples, groups * between(random, 1, 3), ...extent];
    return { attrs, inputs: [image, ...parameters(attrs, [image]).map(({ shape }) => shape)], batch };
  },
  bound: 'sums',
  tolerance: 4,
});
