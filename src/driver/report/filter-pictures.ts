// Filters that read the input itself, as levels of grey or colour (Figures 3 and 5 of Wen et al., 2016).

import { present } from '../../base/invariant.ts';
import { nodeMap } from '../../ir/graph.ts';
import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { AxisExtent, WeightAxis } from '../../ir/structure.ts';
import type { FilterBank, FilterPictures } from '../../report/report-data.ts';
import { parameterNames } from '../../sparsity/constant-maps.ts';
import { weightAxesOf } from '../../sparsity/weight-axes.ts';
import { inputReaders } from '../model/input-map.ts';

/** The weights of a moment. */
export interface WeightsThen {
  readonly when: string;
  readonly parameters: ReadonlyMap<string, { readonly data: ArrayLike<number> }>;
}

const mostFilters = 256;
const brightest = 127;

/** Of each layer whose weight has a window and that reads the input, or numbers of it scaled one by one. */
export function filterPictures(trained: Program, before: WeightsThen | undefined, after: WeightsThen, ops: OpRegistry): readonly FilterPictures[] {
  const names = parameterNames(trained);
  const nodes = nodeMap(trained.graph);
  return inputReaders(trained, ops).flatMap(({ node, matrices }) => {
    const axes = weightAxesOf(node, nodes, ops);
    const name = matrices && names.get(node.inputs[matrices.weight]?.node ?? -1);
    if (!axes || name === undefined) return [];
    const extents = axes[0].dimensions.flat();
    if (!extents.some(({ axis }) => axis === 'row')) return [];
    const shape = { filters: extent(extents, ['group', 'filter']), channels: extent(extents, ['channel']), pixels: extent(extents, ['row', 'column']) };
    const bankOf = ({ when, parameters }: WeightsThen): FilterBank[] => {
      const found = parameters.get(name);
      return found ? [bank(when, found.data, shape)] : [];
    };
    const [earlier] = before ? bankOf(before) : [];
    return [
      {
        layer: node.layer ?? name,
        rows: extent(extents, ['row']),
        columns: extent(extents, ['column']),
        channels: shape.channels === 3 ? 3 : 1,
        normed: shape.channels !== 1 && shape.channels !== 3,
        total: shape.filters,
        ...(earlier && { before: earlier }),
        after: present(bankOf(after)[0], name),
      } satisfies FilterPictures,
    ];
  });
}

function extent(extents: readonly AxisExtent[], axes: readonly WeightAxis[]): number {
  return extents.filter(({ axis }) => axes.includes(axis)).reduce((product, each) => product * each.extent, 1);
}

interface BankShape {
  readonly filters: number;
  readonly channels: number;
  readonly pixels: number;
}

/** @param data [filter, channel, pixel] */
function bank(when: string, data: ArrayLike<number>, { filters, channels, pixels }: BankShape): FilterBank {
  const shown = Array.from({ length: Math.min(filters, mostFilters) }, (_, filter) => pictureOf(data, filter * channels * pixels, channels, pixels));
  const largest = shown.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const levels = shown.map((values) => (values.every((value) => value === 0) ? null : values.map((value) => Math.round((brightest * value) / largest))));
  return { when, largest, levels };
}

/** [pixel, channel] of 1 or 3 channels; the norm over the channels of others. */
function pictureOf(data: ArrayLike<number>, start: number, channels: number, pixels: number): readonly number[] {
  const at = (pixel: number, channel: number): number => data[start + channel * pixels + pixel] as number;
  const all = Array.from({ length: channels }, (_, channel) => channel);
  return Array.from({ length: pixels }, (_, pixel) => pixel).flatMap((pixel) => (channels === 1 || channels === 3 ? all.map((channel) => at(pixel, channel)) : [Math.hypot(...all.map((channel) => at(pixel, channel)))]));
}
