// Pools.

import { oneOf, optional } from '../../../ir/attributes.ts';
import type { Pair } from '../../../ir/attributes.ts';
import { windowMeans } from '../../../ops/support/average.ts';
import { poolAttributes, poolGeometry, reachesOutside } from '../../../ops/support/pools.ts';
import type { PoolAttrs, PoolGeometry } from '../../../ops/support/pools.ts';
import { reachOf } from '../../../ops/support/window.ts';
import type { ExportedNode, ExportRules } from '../exported-node.ts';
import type { AttributeValues } from '../graph-writer.ts';
import { sidesOf } from './window.ts';

const averageAttributes = { ...poolAttributes, divisor: optional(oneOf('padded', 'window')) };

function windowed({ window, stride, padding, dilation = [1, 1], ceil }: PoolAttrs): AttributeValues {
  const pads = sidesOf(padding);
  return {
    kernel_shape: window,
    strides: stride,
    pads: pads.some((side) => side > 0) ? pads : undefined,
    dilations: dilation.some((step) => step > 1) ? dilation : undefined,
    ceil_mode: ceil ? 1 : undefined,
  };
}

/** Runtimes want padding smaller than the window is without its dilation; wider sides are made places of the image. */
function isWide({ before, after, window }: PoolGeometry): boolean {
  return ([0, 1] as const).some((d) => before[d] >= window[d] || after[d] >= window[d]);
}

/** @param value Of the places around; 0 unless given. */
function padded(of: ExportedNode, before: Pair, after: Pair, value?: number): string {
  const pads = of.integers('pads', [0, 0, ...before, 0, 0, ...after]);
  return of.before('Pad', value === undefined ? [of.x.name, pads] : [of.x.name, pads, of.scalar(value)]);
}

function maximum(of: ExportedNode): void {
  const attrs = of.attrs(poolAttributes);
  const geometry = poolGeometry(attrs, of.x.shape, 'max_pool');
  if (!isWide(geometry)) of.last('MaxPool', [of.x.name], windowed(attrs));
  else of.last('MaxPool', [padded(of, geometry.before, geometry.after, -Infinity)], windowed({ ...attrs, padding: [0, 0] }));
}

function average(of: ExportedNode): void {
  const attrs = of.attrs(averageAttributes);
  const geometry = poolGeometry(attrs, of.x.shape, 'avg_pool');
  const { before, after, stride, input, output, dilation } = geometry;
  // Windows of dilated places came late.
  const since = dilation.some((step) => step > 1) ? 19 : undefined;
  const within = windowed({ ...attrs, padding: [0, 0] });
  if (attrs.divisor === 'window' && reachesOutside(geometry)) {
    // All places count, also those beyond the padding.
    const reach = reachOf(geometry);
    const beyond = ([0, 1] as const).map((d) => Math.max(0, (output[d] - 1) * stride[d] - before[d] + reach[d] - input[d])) as unknown as Pair;
    of.last('AveragePool', [padded(of, before, beyond)], { ...within, ceil_mode: undefined }, since);
  } else if (!isWide(geometry)) {
    of.last('AveragePool', [of.x.name], { ...windowed(attrs), count_include_pad: attrs.divisor === undefined ? undefined : 1 }, since);
  } else if (attrs.divisor === undefined) {
    const [, , rows = 1, columns = 1] = of.x.shape;
    const alone = { ...geometry, samples: 1, channels: 1 };
    const share = windowMeans(alone, 'padded', new Float64Array(rows * columns).fill(1)).data.map((inside) => 1 / inside);
    const mean = of.before('AveragePool', [padded(of, before, after)], within, since);
    of.last('Mul', [mean, of.own('share', [1, 1, ...output], share)]);
  } else {
    of.last('AveragePool', [padded(of, before, after)], within, since);
  }
}

export const poolRules: ExportRules = {
  max_pool: maximum,
  avg_pool: average,
  global_avg_pool: (of) => of.last('GlobalAveragePool', [of.x.name]),
  global_max_pool: (of) => of.last('GlobalMaxPool', [of.x.name]),
};
