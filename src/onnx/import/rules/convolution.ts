// Convolutions and pools: windows over images.

import { formatShape, sizeOf } from '../../../base/tensor.ts';
import type { Shape } from '../../../base/tensor.ts';
import type { Argument, Draft, Weight } from '../draft.ts';
import { channelsTaken, isGiven } from '../materialize.ts';
import type { NodeReader } from '../node-reader.ts';
import { refuse } from '../refusal.ts';
import { isInOrder, isWhole, rearranged, wireOf } from '../wire.ts';
import type { Wire } from '../wire.ts';
import { squeezed } from '../arrangement.ts';
import { ofFloats } from '../constant.ts';
import { besideConstant } from './affine.ts';
import type { Rules } from './rule.ts';

/** Top, bottom, left, right. */
type Sides = readonly [number, number, number, number];

interface Window {
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly sides: Sides;
}

function pair(values: readonly number[] | undefined, what: string): readonly [number, number] {
  const [rows = 1, columns = 1, ...others] = values ?? [];
  if (others.length > 0 || values?.length === 1) refuse('shape', `has ${what} of ${values?.length} dimensions, expected 2`);
  return [rows, columns];
}

function windowOf(node: NodeReader, [, rows, columns]: Shape, window: readonly [number, number]): Window {
  const { attributes } = node;
  const stride = pair(attributes.mayInts('strides'), 'strides');
  const dilation = attributes.knows('dilations') ? pair(attributes.mayInts('dilations'), 'dilations') : ([1, 1] as const);
  const auto = attributes.string('auto_pad');
  const given = attributes.mayInts('pads') ?? [0, 0, 0, 0];
  const [top = 0, left = 0, bottom = 0, right = 0] = given;
  const same = (extent: number, d: 0 | 1): readonly [number, number] => {
    const all = Math.max(0, (Math.ceil(extent / stride[d]) - 1) * stride[d] + (window[d] - 1) * dilation[d] + 1 - extent);
    const less = Math.floor(all / 2);
    return auto === 'SAME_LOWER' ? [all - less, less] : [less, all - less];
  };
  const sides: Sides = auto === 'NOTSET' ? [top, bottom, left, right] : auto === 'VALID' ? [0, 0, 0, 0] : [...same(rows ?? 1, 0), ...same(columns ?? 1, 1)];
  if (sides.some((side) => side < 0)) refuse('shape', `has a negative padding: ${given.join(', ')}`);
  return { window, stride, dilation, sides };
}

const shortPair = ([rows, columns]: readonly [number, number]): Argument => (rows === columns ? rows : [rows, columns]);

function shortSides([top, bottom, left, right]: Sides): Argument {
  if (top !== bottom || left !== right) return [top, bottom, left, right];
  return shortPair([top, left]);
}

/** What is not said is 1, or 0 of padding. */
function optional(value: Argument, usual: number): Argument | undefined {
  return value === usual ? undefined : value;
}

const plus = (a: Sides, b: Sides): Sides => [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];

/** Zeros around an image that nobody else reads are padding of the convolution. */
function withoutPad(image: Wire, { layers }: Draft): { readonly image: Wire; readonly sides: Sides } {
  const { source, isSole } = image;
  const [operand] = source.kind === 'layer' ? source.operands : [];
  if (source.kind !== 'layer' || source.callee !== 'pad' || !isSole || !operand) return { image, sides: [0, 0, 0, 0] };
  layers.splice(layers.indexOf(source), 1);
  return { image: { ...image, source: operand, shape: [1, ...operand.sample] }, sides: source.args.get('padding') as unknown as Sides };
}

function extentsOf([, rows = 0, columns = 0]: Shape, { window, stride, dilation, sides: [top, bottom, left, right] }: Window, ceil = false): readonly [number, number] {
  const along = (extent: number, pads: readonly [number, number], d: 0 | 1): number => {
    const steps = (extent + pads[0] + pads[1] - ((window[d] - 1) * dilation[d] + 1)) / stride[d];
    if (steps < 0) refuse('shape', 'has a window that is larger than the image');
    const count = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A window starts inside the image, or the padding before it.
    return ceil && (count - 1) * stride[d] >= extent + pads[0] ? count - 1 : count;
  };
  return [along(rows, [top, bottom], 0), along(columns, [left, right], 1)];
}

function pool(node: NodeReader, callee: string, more: Readonly<Record<string, Argument | undefined>> = {}): Wire {
  const image = node.image('X');
  const sample = image.shape.slice(1);
  const window = windowOf(node, sample, pair(node.attributes.ints('kernel_shape'), 'a window'));
  const ceil = node.attributes.knows('ceil_mode') && node.attributes.int('ceil_mode') === 1;
  const args = {
    window: shortPair(window.window),
    stride: window.stride.join() === window.window.join() ? undefined : shortPair(window.stride),
    padding: optional(shortSides(window.sides), 0),
    dilation: optional(shortPair(window.dilation), 1),
    ...(ceil && { ceil: true }),
    ...more,
  };
  return node.layer(callee, [image], [sample[0] ?? 1, ...extentsOf(sample, window, ceil)], args);
}

function global(node: NodeReader, callee: string, name: string): Wire {
  const image = node.image(name);
  return node.layer(callee, [image], [image.shape[1] ?? 1, 1, 1]);
}

/** A view of channels that no layer gives: a convolution may read all, with weights of zeros, which compaction leaves out again. */
function channelsBehind(node: NodeReader): { readonly image: Wire; readonly channels: readonly number[] } | undefined {
  const wire = node.wire('X');
  const [batch, ...sample] = wire.shape;
  const { source } = wire;
  if (batch !== 1 || sample.length !== 3 || isInOrder(wire) || (source.kind === 'input' && isWhole(wire))) return undefined;
  const channels = channelsTaken(wire, sample);
  if (!channels || isGiven(channels, source.sample[0] ?? 0)) return undefined;
  return { image: { ...wireOf(source, [1, ...source.sample]), isSole: false }, channels };
}

function overChannels({ shape: [filters = 0, own = 0, ...window], data }: Weight, channels: readonly number[], all: number): Weight {
  const places = sizeOf(window);
  const spread = new Float64Array(filters * all * places);
  for (let f = 0; f < filters; f++) {
    for (const [c, channel] of channels.entries()) {
      for (let at = 0; at < places; at++) {
        const to = (f * all + channel) * places + at;
        spread[to] = (spread[to] as number) + (data[(f * own + c) * places + at] as number);
      }
    }
  }
  return { shape: [filters, all, ...window], data: spread };
}

/** Its weights have filters and channels the other way round. What an extent is to be more is added behind. */
function convTranspose(node: NodeReader): Wire {
  const { attributes } = node;
  const weight = node.floats('W');
  const bias = node.mayFloats('B');
  const [read = 0, own = 0, ...extents] = weight.shape;
  if (extents.length !== 2) refuse('shape', `has weights ${formatShape(weight.shape)}, expected those of images: [channels, filters, rows, columns]`);
  const image = node.image('X');
  const sample = image.shape.slice(1);
  const groups = attributes.int('group');
  if (read !== sample[0] || groups < 1 || read % groups !== 0) refuse('shape', `has weights of ${read} channels in ${groups} groups for ${sample[0]} channels`);
  const auto = attributes.string('auto_pad');
  const { window, stride, dilation, sides: given } = windowOf(node, sample, pair(extents, 'a window'));
  const extra = pair(attributes.mayInts('output_padding') ?? [0, 0], '`output_padding`');
  const wanted = attributes.mayInts('output_shape')?.slice(-2) ?? (auto.startsWith('SAME') ? [0, 1].map((d) => (sample[d + 1] ?? 1) * (stride[d] ?? 1)) : undefined);
  const along = (d: 0 | 1): { readonly before: number; readonly after: number; readonly more: number; readonly extent: number } => {
    const full = ((sample[d + 1] ?? 1) - 1) * stride[d] + (window[d] - 1) * dilation[d] + 1;
    const [before, after] = [given[2 * d] ?? 0, given[2 * d + 1] ?? 0];
    if (!wanted) return { before, after, more: extra[d], extent: full + extra[d] - before - after };
    const extent = wanted[d] ?? refuse('shape', `has \`output_shape\` ${wanted.join(', ')}`);
    const total = full + extra[d] - extent;
    const less = Math.floor(Math.max(0, total) / 2);
    const first = auto === 'SAME_UPPER' ? less : Math.max(0, total) - less;
    return { before: first, after: Math.max(0, total) - first, more: extra[d] + Math.max(0, -total), extent };
  };
  const [rows, columns] = [along(0), along(1)];
  const filters = own * groups;
  const [channels, places] = [read / groups, window[0] * window[1]];
  const data = new Float64Array(weight.data.length);
  for (let f = 0; f < filters; f++) {
    for (let c = 0; c < channels; c++) {
      const from = ((Math.floor(f / own) * channels + c) * own + (f % own)) * places;
      data.set(weight.data.subarray(from, from + places), (f * channels + c) * places);
    }
  }
  const args = {
    filters,
    window: shortPair(window),
    stride: optional(shortPair(stride), 1),
    padding: optional(shortSides([rows.before, rows.after, columns.before, columns.after]), 0),
    dilation: optional(shortPair(dilation), 1),
    output_padding: optional(shortPair([rows.more, columns.more]), 0),
    groups: optional(groups, 1),
    ...(!bias && { bias: false }),
  };
  return node.layer('conv_transpose', [image], [filters, rows.extent, columns.extent], args, { weight: { shape: [filters, channels, ...window], data }, bias: bias && { shape: [filters], data: bias.data } }, [weight, bias]);
}

export const windowRules: Rules = {
  Conv: (node) => {
    const weight = node.floats('W');
    const [filters = 0, own = 0, ...extents] = weight.shape;
    if (extents.length !== 2) refuse('shape', `has weights ${formatShape(weight.shape)}, expected those of images: [filters, channels, rows, columns]`);
    const window = pair(extents, 'a window');
    const bias = node.mayFloats('B');
    const groups = node.attributes.int('group');
    const taken = groups === 1 ? channelsBehind(node) : undefined;
    const padded = taken?.image ?? node.image('X');
    const { image, sides } = withoutPad(padded, node.draft);
    const sample = image.shape.slice(1);
    const { sides: written, ...rest } = windowOf(node, padded.shape.slice(1), window);
    const place = { ...rest, sides: plus(written, sides) };
    const spread = taken ? overChannels(weight, taken.channels, sample[0] ?? 0) : weight;
    if ((spread.shape[1] ?? 0) * groups !== sample[0]) refuse('shape', `has weights of ${own} channels in ${groups} groups for ${sample[0]} channels`);
    return node.layer(
      'conv',
      [image],
      [filters, ...extentsOf(sample, place)],
      { filters, window: shortPair(window), stride: optional(shortPair(place.stride), 1), padding: optional(shortSides(place.sides), 0), dilation: optional(shortPair(place.dilation), 1), groups: optional(groups, 1), ...(!bias && { bias: false }) },
      { weight: { shape: spread.shape, data: spread.data }, bias: bias && { shape: [filters], data: bias.data } },
      [weight, bias],
    );
  },
  ConvTranspose: convTranspose,
  MaxPool: (node) => {
    if (node.isRead('Indices')) refuse('operand', 'gives the places of what is largest, which only training reads');
    return pool(node, 'max_pool');
  },
  AveragePool: (node) => pool(node, 'avg_pool', { divisor: node.attributes.knows('count_include_pad') && node.attributes.int('count_include_pad') === 1 ? { word: 'padded' } : undefined }),
  GlobalAveragePool: (node) => global(node, 'global_avg_pool', 'X'),
  GlobalMaxPool: (node) => global(node, 'global_max_pool', 'X'),
  ReduceMean: (node) => {
    const axes = node.mayNumbersOrInts('axes') ?? [];
    const { shape } = node.wire('data');
    const spatial = axes.map((axis) => (axis < 0 ? axis + shape.length : axis)).toSorted((a, b) => a - b);
    if (shape.length !== 4 || spatial.join() !== '2,3') refuse('shape', `takes the mean over [${axes.join(', ')}] of ${formatShape(shape)}`, 'of images the mean of rows and columns is computed: axes 2 and 3');
    const mean = global(node, 'global_avg_pool', 'data');
    return node.attributes.int('keepdims') === 1 ? mean : rearranged(mean, squeezed(mean.shape, [2, 3]));
  },
  Pad: (node) => {
    const value = node.attributes.knows('value') ? node.attributes.float('value') : Number(node.mayConstant('constant_value')?.data[0] ?? 0);
    const mode = node.attributes.string('mode');
    if (mode !== 'constant') refuse('operand', `pads by \`${mode}\``, 'a constant is what images are padded with');
    const data = node.wire('data');
    const rank = data.shape.length;
    const given = node.mayNumbersOrInts('pads') ?? [];
    const axes = (node.call.input('axes') === undefined ? undefined : node.mayNumbers('axes')) ?? data.shape.map((_, axis) => axis);
    const before = data.shape.map(() => 0);
    const after = data.shape.map(() => 0);
    for (const [i, axis] of axes.entries()) {
      before[axis < 0 ? axis + rank : axis] = given[i] ?? 0;
      after[axis < 0 ? axis + rank : axis] = given[i + axes.length] ?? 0;
    }
    if ([...before, ...after].every((side) => side === 0)) return data;
    if ([...before.slice(0, 2), ...after.slice(0, 2)].some((side) => side !== 0) || [...before, ...after].some((side) => side < 0)) refuse('shape', `pads by ${given.join(', ')}, expected rows and columns of images, by numbers from 0`);
    const image = node.image('data');
    const [, channels = 0, rows = 0, columns = 0] = image.shape;
    const [top = 0, left = 0] = before.slice(2);
    const [bottom = 0, right = 0] = after.slice(2);
    const number = ofFloats([], Float64Array.of(value));
    // Zeros around what is less by the number.
    const less = value === 0 ? image : besideConstant(node, image, number, 'right', 'subtract');
    const padded = node.layer('pad', [less], [channels, rows + top + bottom, columns + left + right], { padding: [top, bottom, left, right] });
    return value === 0 ? padded : besideConstant(node, padded, number, 'right', 'add');
  },
};
