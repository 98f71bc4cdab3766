// What the convolution ops share: their geometry, the access maps of their nests, and gathering taps.

import { invariant } from '../../base/invariant.ts';
import type { Shape } from '../../base/tensor.ts';
import { number } from '../../ir/attributes.ts';
import type { Pair, SchemaOf } from '../../ir/attributes.ts';
import type { OpSample } from '../../ir/op.ts';
import type { GatheredNode, KeptMatrices, WeightMatrices } from '../../ir/pruning-rules.ts';
import type { Index } from '../../ir/nest.ts';
import { ShapeError } from '../../ir/op.ts';
import { index } from '../../ir/nest.ts';
import { between, choose, sampleBatch, sampleWindow } from './sampling.ts';
import { gatherSource, renumberChannels } from './matrices.ts';
import { expectPositive, imageShape } from './shapes.ts';
import { hasPadding, slide, windowAttributes, windowOf } from './window.ts';
import type { WindowAttrs, WindowGeometry } from './window.ts';

export type ConvAttrs = WindowAttrs & { readonly filters: number; readonly groups: number };
export const convAttributes: SchemaOf<ConvAttrs> = { ...windowAttributes, filters: number, groups: number };

export interface ConvGeometry extends WindowGeometry {
  readonly samples: number;
  readonly channels: number;
  readonly filters: number;
  readonly groups: number;
  readonly groupChannels: number;
  readonly groupFilters: number;
  readonly input: Pair;
  readonly output: Pair;
  /** Places in the window. */
  readonly positions: number;
  /** OIHW */
  readonly weightShape: Shape;
}

/** @param input NCHW. @throws ShapeError when window or groups do not fit it. */
export function convGeometry(attrs: ConvAttrs, input: Shape, op: string): ConvGeometry {
  const [samples, channels, rows, columns] = imageShape(input, op);
  const { filters } = attrs;
  const { groups } = attrs;
  expectPositive(filters, 'filters');
  expectPositive(groups, 'groups');
  const uneven = [[channels, 'input channels'], [filters, 'filters']] as const;
  for (const [count, what] of uneven) {
    if (count % groups !== 0) throw new ShapeError(`groups ${groups} do not divide ${count} ${what}`, `choose groups that divide both ${channels} input channels and ${filters} filters`);
  }
  const geometry = windowOf(attrs);
  const groupChannels = channels / groups;
  return {
    ...geometry,
    samples,
    channels,
    filters,
    groups,
    groupChannels,
    groupFilters: filters / groups,
    input: [rows, columns],
    output: slide(geometry, [rows, columns]),
    positions: geometry.window[0] * geometry.window[1],
    weightShape: [filters, groupChannels, ...geometry.window],
  };
}

/** The attributes that gradients of a convolution share with it. */
export function convAttrs({ filters, groups, window, stride, padding, dilation }: ConvAttrs): ConvAttrs {
  return { filters, groups, window, stride, padding, dilation };
}

/** Whether each filter reads one channel, which no other reads: what belongs together then lies side by side in an image. */
export function isDepthwise({ groups, groupChannels, groupFilters }: ConvGeometry): boolean {
  return groups > 1 && groupChannels === 1 && groupFilters === 1;
}

/** Index of an image axis under tap `tap` of output position `at`: at*stride + tap*dilation - padding. */
export function slidIndex(geometry: WindowGeometry, d: 0 | 1, at: number, tap: number): Index {
  return index(-geometry.before[d], [at, geometry.stride[d]], [tap, geometry.dilation[d]]);
}

/** What a load outside the image gives: zero, where there is padding at all. */
export function zeroOutside(geometry: WindowGeometry): number | undefined {
  return hasPadding(geometry) ? 0 : undefined;
}

/**
 * The convolution on kept rows and columns. Part p's columns are the taps `taps[p]` (absolute: channel *
 * positions + place in the window). Where every part keeps equally many filters and channels, with all
 * their taps, and these are the operand's channels in order, the answer is a plain convolution: op `whole`, else `taps`.
 */
export function gatherTaps(ops: { readonly whole: string; readonly taps: string }, attrs: WindowAttrs & { readonly bias: boolean; readonly output_padding?: Pair }, channels: number, matrices: WeightMatrices, taps: readonly (readonly number[])[], kept: KeptMatrices): GatheredNode {
  const geometry = windowOf(attrs);
  const positions = geometry.window[0] * geometry.window[1];
  const numbers = renumberChannels(channels, kept.channels);
  const parts = kept.parts
    .map(({ rows, columns }, p) => ({
      filters: rows.length,
      taps: columns.map((column) => {
        const tap = taps[p]?.[column] ?? NaN;
        const channel = numbers[Math.floor(tap / positions)] ?? -1;
        invariant(channel >= 0, () => `column ${column} reads a channel that is gone`);
        return channel * positions + (tap % positions);
      }),
    }))
    .filter((part) => part.filters > 0);
  const weightSource = gatherSource(matrices, kept);
  const shared = { window: geometry.window, stride: geometry.stride, padding: attrs.padding, dilation: geometry.dilation, bias: attrs.bias, ...(attrs.output_padding && { output_padding: attrs.output_padding }) };
  const [first] = parts;
  invariant(first, 'a convolution without filters');
  const left = (kept.channels?.length ?? channels) * positions;
  const equal = parts.every((part) => part.filters === first.filters && part.taps.length === first.taps.length);
  const inOrder = parts.flatMap((part) => part.taps).every((tap, i) => tap === i);
  if (equal && inOrder && first.taps.length % positions === 0 && first.taps.length * parts.length === left) {
    const filters = first.filters * parts.length;
    return { op: ops.whole, attrs: { ...shared, filters, groups: parts.length }, weightShape: [filters, first.taps.length / positions, ...geometry.window], weightSource };
  }
  return {
    op: ops.taps,
    attrs: { ...shared, filters: parts.map((part) => part.filters), taps: parts.map((part) => part.taps) },
    weightShape: [weightSource.length],
    weightSource,
  };
}

/** Attributes and operand shapes of a random small convolution, without bias. */
export function sampleConv(random: () => number): OpSample<ConvAttrs> & { readonly output: Shape } {
  const groups = choose(random, [1, 1, 2, 3]);
  const filters = groups * between(random, 1, 3);
  const { attrs, extent } = sampleWindow(random, false);
  const conv = { ...attrs, filters, groups };
  const input = [sampleBatch.samples, groups * between(random, 1, 3), ...extent];
  const geometry = convGeometry(conv, input, 'conv');
  return { attrs: conv, inputs: [input, geometry.weightShape], batch: sampleBatch, output: [sampleBatch.samples, filters, ...geometry.output] };
}
