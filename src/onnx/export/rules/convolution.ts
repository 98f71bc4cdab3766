// Convolutions. What is left of a compacted one are filters in parts, each of the taps that it reads: windows hold zeros where taps
// have gone, and neighbouring parts of one size are one grouped convolution, since filling across groups would make the file grow.

import { flag, lists, number, numbers, optional, pair } from '../../../ir/attributes.ts';
import type { Pair } from '../../../ir/attributes.ts';
import { spreadAttributes } from '../../../ops/support/conv-transpose.ts';
import { windowAttributes } from '../../../ops/support/window.ts';
import type { WindowAttrs } from '../../../ops/support/window.ts';
import type { ExportedNode, ExportRules } from '../exported-node.ts';
import type { AttributeValues } from '../graph-writer.ts';
import { sidesOf } from './window.ts';

function windowed({ window, stride, padding, dilation }: WindowAttrs, groups: number): AttributeValues {
  const pads = sidesOf(padding);
  return {
    kernel_shape: window,
    strides: stride,
    pads: pads.some((side) => side > 0) ? pads : undefined,
    dilations: dilation.some((step) => step > 1) ? dilation : undefined,
    group: groups > 1 ? groups : undefined,
  };
}

const extra = (more: Pair | undefined): AttributeValues => ({ output_padding: more?.some((each) => each > 0) ? more : undefined });

/** Filters and channels of each group the other way round. */
function transposed(data: Float64Array, groups: number, filters: number, channels: number, places: number): Float64Array {
  const own = filters / groups;
  const turned = new Float64Array(data.length);
  for (let f = 0; f < filters; f++) {
    for (let c = 0; c < channels; c++) {
      const to = ((Math.floor(f / own) * channels + c) * own + (f % own)) * places;
      turned.set(data.subarray((f * channels + c) * places, (f * channels + c + 1) * places), to);
    }
  }
  return turned;
}

interface Part {
  readonly filters: number;
  /** Of the operand, ascending. */
  readonly channels: readonly number[];
  readonly taps: readonly number[];
  readonly firstFilter: number;
  readonly start: number;
}

function partsOf(filters: readonly number[], taps: readonly (readonly number[])[], positions: number): readonly Part[] {
  let [firstFilter, start] = [0, 0];
  return filters.map((count, p) => {
    const own = taps[p] ?? [];
    const channels = [...new Set(own.map((tap) => Math.floor(tap / positions)))].toSorted((a, b) => a - b);
    // One that reads nothing is its bias; it reads zeros of some channel.
    const part = { filters: count, channels: channels.length === 0 ? [0] : channels, taps: own, firstFilter, start };
    firstFilter += count;
    start += count * own.length;
    return part;
  });
}

/** Neighbours of as many filters and channels. */
function runsOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  const runs: Part[][] = [];
  for (const part of parts) {
    const run = runs.at(-1);
    const [first] = run ?? [];
    if (run && first?.filters === part.filters && first.channels.length === part.channels.length) run.push(part);
    else runs.push([part]);
  }
  return runs;
}

interface Taps extends WindowAttrs {
  readonly filters: readonly number[];
  readonly taps: readonly (readonly number[])[];
  readonly bias: boolean;
}

function tapped(of: ExportedNode, attrs: Taps, opType: 'Conv' | 'ConvTranspose', more: AttributeValues): void {
  const { window, filters, taps, bias } = attrs;
  const positions = window[0] * window[1];
  const [, channels = 1] = of.x.shape;
  const { data } = of.parameter(1);
  const runs = runsOf(partsOf(filters, taps, positions));
  const results = runs.map((run) => {
    const [{ filters: each, channels: { length: own }, firstFilter } = { filters: 0, channels: [], firstFilter: 0 }] = run;
    const count = each * run.length;
    const filled = new Float64Array(count * own * positions);
    for (const [g, part] of run.entries()) {
      for (let o = 0; o < each; o++) {
        for (const [t, tap] of part.taps.entries()) {
          const at = ((g * each + o) * own + part.channels.indexOf(Math.floor(tap / positions))) * positions + (tap % positions);
          filled[at] = data[part.start + o * part.taps.length + t] as number;
        }
      }
    }
    const read = run.flatMap((part) => part.channels);
    const isWhole = read.length === channels && read.every((channel, i) => channel === i);
    const x = isWhole ? of.x.name : of.before('Gather', [of.x.name, of.integers('channels', read)], { axis: 1 });
    const shape = opType === 'Conv' ? [count, own, ...window] : [own * run.length, each, ...window];
    const weight = of.weight(1, { shape, data: opType === 'Conv' ? filled : transposed(filled, run.length, count, own, positions) });
    const biases = bias ? [of.weight(2, { shape: [count], data: of.parameter(2).data.subarray(firstFilter, firstFilter + count) })] : [];
    const output = runs.length === 1 ? of.output : of.inner('part');
    return of.writer.node(opType, [x, weight, ...biases], output, { ...windowed(attrs, run.length), ...more });
  });
  if (results.length > 1) of.last('Concat', results, { axis: 1 });
}

const grouped = { groups: number, bias: flag };

export const convolutionRules: ExportRules = {
  conv: (of) => {
    const attrs = of.attrs({ ...windowAttributes, ...grouped });
    of.last('Conv', [of.x.name, of.weight(1), ...(attrs.bias ? [of.weight(2)] : [])], windowed(attrs, attrs.groups));
  },
  tap_conv: (of) => tapped(of, of.attrs({ ...windowAttributes, filters: numbers, taps: lists, bias: flag }), 'Conv', {}),
  conv_transpose: (of) => {
    const attrs = of.attrs({ ...spreadAttributes, ...grouped });
    const { shape: [filters = 0, channels = 0, ...window], data } = of.parameter(1);
    const weight = of.weight(1, { shape: [channels * attrs.groups, filters / attrs.groups, ...window], data: transposed(data, attrs.groups, filters, channels, window.reduce((size, extent) => size * extent, 1)) });
    of.last('ConvTranspose', [of.x.name, weight, ...(attrs.bias ? [of.weight(2)] : [])], { ...windowed(attrs, attrs.groups), ...extra(attrs.output_padding) });
  },
  tap_conv_transpose: (of) => {
    const attrs = of.attrs({ ...spreadAttributes, filters: numbers, taps: lists, output_padding: optional(pair) });
    tapped(of, attrs, 'ConvTranspose', extra(attrs.output_padding));
  },
};


